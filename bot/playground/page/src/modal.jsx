// A modal: what the app asks, what the person fills in, and the answer to it.
import { useEffect, useRef, useState } from "react";
import { Blocks } from "./blocks.jsx";
import { valuesOf } from "./elements.js";

const SECONDS_TO_ANSWER = 3;

export function Modal({ view, act, me }) {
  const [typed, setTyped] = useState({});
  const [sentFor, setSentFor] = useState(null);
  const [fault, setFault] = useState("");
  const box = useRef(null);
  const { content } = view;
  const values = () => valuesOf(content.blocks, typed);
  const sending = sentFor === view.hash + JSON.stringify(view.errors) && !fault;

  useEffect(() => {
    box.current.querySelector("input, textarea, select, button.primary")?.focus();
  }, [view.id]);
  useEffect(() => {
    if (!sending) return undefined;
    const late = () => setFault("The app did not answer in time. You can try again.");
    const timer = setTimeout(late, SECONDS_TO_ANSWER * 1000);
    return () => clearTimeout(timer);
  }, [sending]);

  const close = () => act("close_view", { user: me, view_id: view.id });
  useEffect(() => {
    const escape = (event) => {
      if (event.key !== "Escape" || document.querySelector("[role=alertdialog]")) return;
      event.preventDefault();
      close();
    };
    document.addEventListener("keydown", escape);
    return () => document.removeEventListener("keydown", escape);
  }, [view.id]);
  useEffect(() => {
    box.current.querySelector(".fault")?.scrollIntoView({ block: "center" });
  }, [view.errors]);
  const submit = async (event) => {
    event.preventDefault();
    setFault("");
    setSentFor(view.hash + "{}");
    const { error } = await act("submit", { user: me, view_id: view.id, state_values: values() });
    if (error) setFault(error);
  };
  const press = async (block_id, action_id, value) => {
    const args = { user: me, view_id: view.id, action_id, value: value ?? null, state_values: values() };
    const { error } = await act("click_in_view", args);
    if (error) setFault(error);
  };
  const form = { typed, errors: view.errors, set: (key, value) => setTyped((old) => ({ ...old, [key]: value })) };

  return (
    <div className="veil">
      <form className="modal" ref={box} role="dialog" aria-modal="true" aria-label={content.title.text} onSubmit={submit}>
        <header>
          <h2>{content.title.text}</h2>
          <button type="button" className="cross" aria-label="Close" onClick={close}>
            ×
          </button>
        </header>
        <div className="body">
          <Blocks blocks={content.blocks} onPress={press} form={form} />
          {(fault || view.errors[""]) && (
            <p className="fault" role="alert">
              {fault || view.errors[""]}
            </p>
          )}
        </div>
        <footer>
          <button type="button" className="plain" onClick={close}>
            {content.close?.text ?? "Cancel"}
          </button>
          {content.submit && (
            <button type="submit" className="plain primary" disabled={sending}>
              {sending ? "Sending …" : content.submit.text}
            </button>
          )}
        </footer>
      </form>
    </div>
  );
}

export function Home({ home, act, me }) {
  const [typed, setTyped] = useState({});
  if (!home) return <p className="empty">The app has not published a Home tab for you.</p>;
  const form = { typed, errors: {}, set: (key, value) => setTyped((old) => ({ ...old, [key]: value })) };
  const press = (block_id, action_id, value) =>
    act("click_in_view", {
      user: me,
      view_id: home.id,
      action_id,
      value: value ?? null,
      state_values: valuesOf(home.content.blocks, typed),
    });
  return (
    <div className="home">
      <Blocks blocks={home.content.blocks} onPress={press} form={form} />
    </div>
  );
}
