// The controls that people fill in. slack-blocks-to-jsx draws inputs without telling what was
// typed, so these are the browser's own.
import { optionsOf } from "./elements.js";

const NATIVE = {
  plain_text_input: "text",
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
};

export function Control({ element, value, onChange, onDone, required, id, people, described }) {
  const common = {
    id,
    required,
    placeholder: element.placeholder?.text,
    "aria-describedby": described,
    "aria-invalid": described ? true : undefined,
  };
  if (element.type === "plain_text_input" && element.multiline)
    return <textarea {...common} {...lengths(element)} rows={4} value={value} onChange={(e) => onChange(e.target.value)} onBlur={onDone} />;
  if (NATIVE[element.type])
    return (
      <input
        {...common}
        {...(element.type === "number_input" ? range(element) : lengths(element))}
        type={NATIVE[element.type]}
        value={value}
        onChange={(e) => onChange(e.target.value)}
        onBlur={onDone}
      />
    );
  if (element.type === "datetimepicker")
    return (
      <input
        {...common}
        type="datetime-local"
        value={value ? localTime(value) : ""}
        onChange={(e) => onChange(e.target.value ? Math.round(new Date(e.target.value) / 1000) : "")}
        onBlur={onDone}
      />
    );
  if (element.type === "radio_buttons" || element.type === "checkboxes")
    return <Choices {...{ element, value, onChange, required, id }} />;
  if (element.type === "rich_text_input" || element.type === "file_input")
    return <p className="hint">The playground cannot fill in this kind of field.</p>;
  return <Select {...{ element, value, onChange, common, people }} />;
}

const lengths = (element) => ({ minLength: element.min_length, maxLength: element.max_length });

const range = (element) => ({
  min: element.min_value,
  max: element.max_value,
  step: element.is_decimal_allowed ? "any" : 1,
});

function localTime(seconds) {
  const moment = new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60000);
  return moment.toISOString().slice(0, 16);
}

function Choices({ element, value, onChange, required, id }) {
  const many = element.type === "checkboxes";
  const toggle = (option, on) =>
    many ? onChange(on ? [...value, option] : value.filter((one) => one !== option)) : onChange(option);
  return (
    <div className="choices" id={id}>
      {optionsOf(element).map((option) => {
        const on = many ? value.includes(option.value) : value === option.value;
        return (
          <label key={option.value}>
            <input
              type={many ? "checkbox" : "radio"}
              name={id}
              checked={on}
              required={required && (many ? value.length === 0 : true)}
              onChange={(e) => toggle(option.value, e.target.checked)}
            />
            <span>
              {option.text.text}
              {option.description && <small>{option.description.text}</small>}
            </span>
          </label>
        );
      })}
    </div>
  );
}

function Select({ element, value, onChange, common, people }) {
  const many = element.type.startsWith("multi_");
  const groups = element.option_groups ?? [{ options: namesFor(element, people) }];
  const picked = (e) => (many ? [...e.target.selectedOptions].map((o) => o.value) : e.target.value);
  const list = (options) =>
    options.map((option) => (
      <option key={option.value} value={option.value}>
        {option.text.text}
      </option>
    ));
  return (
    <select {...common} multiple={many} value={value} onChange={(e) => onChange(picked(e))}>
      {!many && <option value="">{common.placeholder ?? "Choose …"}</option>}
      {groups.map((group, place) =>
        group.label ? (
          <optgroup key={place} label={group.label.text}>
            {list(group.options)}
          </optgroup>
        ) : (
          list(group.options)
        ),
      )}
    </select>
  );
}

function namesFor(element, people) {
  const named = (list) => list.map(({ id, name }) => ({ value: id, text: { text: name } }));
  if (element.type.includes("users")) return named(people.users);
  if (element.type.includes("channels") || element.type.includes("conversations")) return named(people.channels);
  return element.options ?? [];
}
