// Draws blocks: slack-blocks-to-jsx for what is looked at, our own controls for what is filled in.
import { memo, useState } from "react";
import { Message } from "slack-blocks-to-jsx";
import { Control } from "./controls.jsx";
import { BUTTONS, elementsOf, initialOf } from "./elements.js";
import { useSettings } from "./settings.js";

// `onPress(block_id, action_id, value)` is called for every button, menu and choice.
export function Blocks({ blocks, onPress, form }) {
  return blocks.map((block) => <Block key={block.block_id} {...{ block, onPress, form }} />);
}

export function Text({ text }) {
  return <Drawn block={{ type: "section", expand: true, text: { type: "mrkdwn", text: text || " " } }} />;
}

function Block({ block, onPress, form }) {
  const [asked, setAsked] = useState(null);
  if (block.type === "input") return <Field {...{ block, onPress, form }} />;
  if (block.type === "data_table") return <DataTable block={block} />;
  const filled = elementsOf(block).filter(({ element }) => !BUTTONS.includes(element.type));
  const press = (found, value) => (found.element.confirm ? setAsked({ found, value }) : send(found, value));
  const send = (found, value) => onPress(found.block_id, found.element.action_id, value);
  return (
    <div className="block" data-kind={block.type} onClick={(event) => pressed(event, block, press)}>
      {filled.length && block.type === "actions" ? (
        <Row {...{ block, press, form }} />
      ) : filled.length && block.accessory ? (
        <div className="beside">
          <Drawn block={{ ...block, accessory: undefined }} />
          <Menu {...{ found: filled[0], press, form }} />
        </div>
      ) : (
        <Drawn block={block} />
      )}
      {asked && (
        <Confirm
          confirm={asked.found.element.confirm}
          onNo={() => setAsked(null)}
          onYes={() => {
            setAsked(null);
            send(asked.found, asked.value);
          }}
        />
      )}
    </div>
  );
}

// The drawn DOM carries action_ids as ids; feedback buttons are told apart by their order.
function pressed(event, block, press) {
  const button = event.target.closest("button, a");
  if (!button || !event.currentTarget.contains(button)) return;
  for (let node = button; node !== event.currentTarget; node = node.parentElement) {
    const found = elementsOf(block).find(({ element }) => element.action_id === node.id);
    if (!found || !BUTTONS.includes(found.element.type)) continue;
    if (found.element.type === "feedback_buttons") {
      const [first] = node.querySelectorAll("button");
      press(found, (button === first ? found.element.positive_button : found.element.negative_button).value);
    } else press(found);
    return;
  }
}

const Drawn = memo(
  function Drawn({ block }) {
    const { dark, names, files } = useSettings();
    return (
      <Message
        withoutWrapper
        name=""
        logo=""
        theme={dark ? "dark" : "light"}
        blocks={[prepared(block, files)]}
        data={names}
        hooks={{ link: SafeLink }}
      />
    );
  },
  (before, after) => JSON.stringify(before.block) === JSON.stringify(after.block),
);

// Confirmations are our own; pictures in a model's words would call other servers, so they become
// links; the package turns "&gt;" into "> ", which tears "a<b>c" apart; and a slack_file is fetched
// from the page's own address of it.
function prepared(block, files) {
  const changed = (key, value) => {
    if (key === "confirm" && value?.deny) return undefined;
    if (value?.type === "markdown") return { ...value, text: value.text.replace(/!\[([^\]]*)\]\(/g, "[$1](") };
    if (value?.slack_file) {
      const { slack_file: named, ...rest } = value;
      return { ...rest, image_url: files[named.id ?? named.url] ?? "data:," };
    }
    const escaped = ["mrkdwn", "plain_text", "raw_text"].includes(value?.type) && typeof value.text === "string";
    return escaped ? { ...value, text: value.text.replaceAll("&gt;", ">") } : value;
  };
  return JSON.parse(JSON.stringify(block, changed));
}

function SafeLink({ href, children }) {
  if (!/^(https?:|mailto:)/i.test(href ?? "")) return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

function Row({ block, press, form }) {
  return (
    <div className="row">
      {block.elements.map((element) => {
        const found = { block_id: block.block_id, element };
        return element.type === "button" ? (
          <button key={element.action_id} type="button" id={element.action_id} className={`plain ${element.style ?? ""}`}>
            {element.text.text}
          </button>
        ) : (
          <Menu key={element.action_id} {...{ found, press, form }} />
        );
      })}
    </div>
  );
}

function Menu({ found, press, form }) {
  const { people } = useSettings();
  const { block_id, element } = found;
  const key = `${block_id}/${element.action_id}`;
  const [own, setOwn] = useState(() => initialOf(element));
  const change = (value) => {
    setOwn(value);
    form?.set(key, value);
    if (value !== "") press(found, value);
  };
  return <Control id={`in-${key}`} element={element} value={form?.typed[key] ?? own} onChange={change} people={people} />;
}

function Field({ block, onPress, form }) {
  const { people } = useSettings();
  const [own, setOwn] = useState(() => initialOf(block.element));
  const key = `${block.block_id}/${block.element.action_id}`;
  const value = form?.typed[key] ?? own;
  const fault = form?.errors[block.block_id];
  const told = (given) => block.dispatch_action && onPress(block.block_id, block.element.action_id, given);
  const grouped = /radio|checkboxes/.test(block.element.type);
  const instant = /select|radio|checkboxes|picker/.test(block.element.type);
  const change = (given) => {
    setOwn(given);
    form?.set(key, given);
    if (instant && given !== "") told(given);
  };
  return (
    <div
      className="field"
      data-block={block.block_id}
      role={grouped ? "group" : undefined}
      aria-labelledby={grouped ? `label-${key}` : undefined}
    >
      <label id={`label-${key}`} htmlFor={grouped ? undefined : `in-${key}`}>
        {block.label.text}
        {block.optional && <span className="hint"> (optional)</span>}
      </label>
      <Control
        id={`in-${key}`}
        element={block.element}
        value={value}
        onChange={change}
        onDone={instant ? undefined : () => value !== "" && told(value)}
        required={!block.optional}
        people={people}
        described={fault ? `fault-${key}` : undefined}
      />
      {fault && (
        <p className="fault" role="alert" id={`fault-${key}`}>
          {fault}
        </p>
      )}
      {block.hint && <p className="hint">{block.hint.text}</p>}
    </div>
  );
}

function DataTable({ block }) {
  const [head, ...rows] = block.rows;
  const named = block.row_header_column_index;
  const shown = (cell) => cell.text ?? String(cell.value ?? "");
  return (
    <div className="table">
      <table>
        <caption>{block.caption}</caption>
        <thead>
          <tr>
            {head.map((cell, place) => (
              <th key={place} scope="col">
                {shown(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, place) =>
                place === named ? (
                  <th key={place} scope="row">
                    {shown(cell)}
                  </th>
                ) : (
                  <td key={place} className={cell.type === "raw_number" ? "number" : undefined}>
                    {shown(cell)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Confirm({ confirm, onYes, onNo }) {
  return (
    <div className="veil">
      <div className="modal small" role="alertdialog" aria-modal="true" aria-label={confirm.title?.text}>
        <header>
          <h2>{confirm.title?.text ?? "Are you sure?"}</h2>
        </header>
        <div className="body">
          <Text text={confirm.text?.text} />
        </div>
        <footer>
          <button type="button" className="plain" onClick={onNo}>
            {confirm.deny?.text ?? "Cancel"}
          </button>
          <button type="button" autoFocus className={`plain ${confirm.style ?? "primary"}`} onClick={onYes}>
            {confirm.confirm?.text ?? "Yes"}
          </button>
        </footer>
      </div>
    </div>
  );
}
