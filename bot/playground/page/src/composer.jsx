// Where people type. A slash offers commands; Enter sends, Shift+Enter makes a line.
import { useEffect, useId, useRef, useState } from "react";
import { Chips } from "./files.jsx";

export function Composer({ label, commands, bot, onSend, autoFocus }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [fault, setFault] = useState("");
  const [files, setFiles] = useState([]);
  const [sending, setSending] = useState(false);
  const picker = useRef(null);
  const box = useRef(null);
  const menu = useId();
  const offered = offers(text, commands);

  useEffect(() => {
    box.current.style.height = "auto";
    box.current.style.height = `${Math.min(box.current.scrollHeight, 180)}px`;
  }, [text]);

  const change = (value) => {
    setText(value);
    setAt(0);
    setFault("");
  };
  const pick = (command) => {
    change(`${command.command} `);
    box.current.focus();
  };
  const send = async () => {
    if (sending || !(text.trim() || files.length)) return;
    setSending(true);
    const { error } = await onSend(text.trim(), files);
    setSending(false);
    if (error) setFault(error);
    else {
      change("");
      setFiles([]);
    }
  };
  const attach = (list) => {
    if (!list?.length) return;
    setFiles((old) => [...old, ...list]);
    setFault("");
    box.current.focus();
  };
  const mention = () => {
    change(`${text}${text && !text.endsWith(" ") ? " " : ""}@${bot} `);
    box.current.focus();
  };
  const key = (event) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (offered.length && step) {
      event.preventDefault();
      setAt((at + step + offered.length) % offered.length);
    } else if (offered.length && (event.key === "Tab" || (event.key === "Enter" && offered[at].command !== text))) {
      event.preventDefault();
      pick(offered[at]);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };

  return (
    <div
      className="composer"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        attach([...event.dataTransfer.files]);
      }}
    >
      {offered.length > 0 && (
        <ul className="offers" role="listbox" id={menu} aria-label="Commands">
          {offered.map((command, place) => (
            <li
              key={command.command}
              role="option"
              aria-selected={place === at}
              onMouseDown={(event) => {
                event.preventDefault();
                pick(command);
              }}
            >
              <b>{command.command}</b> <i>{command.hint}</i>
              <span>{command.description}</span>
            </li>
          ))}
        </ul>
      )}
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <div className="box">
        <textarea
          ref={box}
          rows={1}
          value={text}
          placeholder={label}
          aria-label={label}
          aria-controls={offered.length ? menu : undefined}
          autoFocus={autoFocus}
          onChange={(event) => change(event.target.value)}
          onKeyDown={key}
          onPaste={(event) => attach([...event.clipboardData.files])}
        />
        <Chips files={files} onRemove={(gone) => setFiles(files.filter((file) => file !== gone))} />
        <div className="tools">
          <button type="button" className="quiet" onClick={mention}>
            @{bot}
          </button>
          {commands.length > 0 && (
            <button type="button" className="quiet" aria-label="Commands" onClick={() => (change("/"), box.current.focus())}>
              /
            </button>
          )}
          <button type="button" className="quiet" onClick={() => picker.current.click()}>
            Attach
          </button>
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            aria-label="Files to send"
            onChange={(event) => {
              attach([...event.target.files]);
              event.target.value = "";
            }}
          />
          <button type="button" className="send" disabled={sending || !(text.trim() || files.length)} onClick={send}>
            {sending ? "Sending …" : "Send"}
          </button>
        </div>
      </div>
    </div>
  );
}

function offers(text, commands) {
  if (!/^\/\S*$/.test(text)) return [];
  return commands.filter((command) => command.command.startsWith(text));
}
