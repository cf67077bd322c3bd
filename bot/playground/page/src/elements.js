// Plain functions over Block Kit: which elements a block has, and the values of inputs.

export const BUTTONS = ["button", "icon_button", "feedback_buttons", "workflow_button"];

export function elementsOf(block) {
  const holders = [block.accessory, block.element, ...(block.elements ?? []), ...(block.actions ?? [])];
  const nested = holders.flatMap((holder) => holder?.actions ?? []);
  const own = [...holders, ...nested]
    .filter((element) => element?.action_id)
    .map((element) => ({ block_id: block.block_id, element }));
  return [...own, ...(block.child_blocks ?? []).flatMap(elementsOf)];
}

export function optionsOf(element) {
  return element.options ?? (element.option_groups ?? []).flatMap((group) => group.options);
}

const CHOICES = {
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  users_select: ["selected_user", "initial_user"],
  multi_users_select: ["selected_users", "initial_users"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  channels_select: ["selected_channel", "initial_channel"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  overflow: ["selected_option", "initial_option"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  checkboxes: ["selected_options", "initial_options"],
};

// What an input holds, as one plain value (a string, a number or a list of strings) …
export function initialOf(element) {
  const [key, initial] = CHOICES[element.type] ?? ["value", "initial_value"];
  const value = element[initial];
  if (key === "selected_option") return value?.value ?? "";
  if (key === "selected_options") return (value ?? []).map((option) => option.value);
  return value ?? (key.endsWith("s") ? [] : "");
}

// … and as Slack writes it in `state.values`.
export function stateOf(element, value) {
  const [key] = CHOICES[element.type] ?? ["value"];
  const find = (wanted) => optionsOf(element).find((option) => option.value === wanted) ?? null;
  if (key === "selected_option") return { type: element.type, [key]: find(value) };
  if (key === "selected_options") return { type: element.type, [key]: value.map(find) };
  return { type: element.type, [key]: value === "" ? null : value };
}

export function valuesOf(blocks, typed) {
  const values = {};
  for (const { block_id, element } of blocks.flatMap(elementsOf)) {
    if (BUTTONS.includes(element.type) || element.type === "overflow") continue;
    const value = typed[`${block_id}/${element.action_id}`] ?? initialOf(element);
    values[block_id] = { ...values[block_id], [element.action_id]: stateOf(element, value) };
  }
  return values;
}
