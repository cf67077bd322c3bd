// Messages in a channel and in a thread, with what belongs under them.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Blocks, Text } from "./blocks.jsx";
import { Files } from "./files.jsx";

export function Messages({ list, children, ...shared }) {
  const end = useRef(null);
  const box = useRef(null);
  const atEnd = useRef(true);
  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current;
    atEnd.current = scrollHeight - scrollTop - clientHeight < 120;
  };
  useLayoutEffect(() => {
    if (!atEnd.current) return;
    const last = box.current.querySelector("article:last-of-type");
    const long = last && last.offsetHeight > box.current.clientHeight;
    if (long) last.scrollIntoView({ block: "start" }); // a long answer is read from its beginning
    else end.current.scrollIntoView({ block: "end" });
  });
  return (
    <div className="messages" ref={box} onScroll={scrolled} role="log" aria-label="Messages">
      <div className="push" />
      {list.map((message) => (
        <Shown key={message.ts} message={message} {...shared} />
      ))}
      {children}
      <div ref={end} />
    </div>
  );
}

function Shown({ message, state, me, act, onThread, inThread }) {
  const [fault, setFault] = useState("");
  const author = state.users.find((user) => user.id === message.user) ?? { id: message.user, name: "Slackbot" };
  const replies = inThread || message.only_to ? [] : state.messages[message.channel].filter((one) => one.thread_ts === message.ts);
  const press = async (block_id, action_id, value) => {
    const args = { user: me, channel: message.channel, message_ts: message.ts, action_id, block_id, value: value ?? null };
    const { error } = await act("click", args);
    setFault(error ?? "");
  };
  return (
    <article className={message.only_to ? "message private" : "message"} data-ts={message.ts}>
      <Avatar user={author} />
      <div className="content">
        {message.only_to && <p className="only">Only visible to you</p>}
        <p className="by">
          <b>{author.name}</b>
          {author.is_bot && <span className="tag">app</span>}
          <time>{clock(message.ts)}</time>
        </p>
        {message.blocks?.length ? (
          <Blocks blocks={message.blocks} onPress={press} />
        ) : (
          (message.text || !message.files?.length) && <Text text={message.text} />
        )}
        {message.files?.length > 0 && <Files files={message.files} />}
        {message.edited && <span className="hint">(edited)</span>}
        {fault && <p className="fault">{fault}</p>}
        {message.reactions?.length > 0 && (
          <p className="reactions">
            {message.reactions.map((reaction) => (
              <span key={reaction.name}>
                :{reaction.name}: {reaction.count}
              </span>
            ))}
          </p>
        )}
        {replies.length > 0 && (
          <button type="button" className="replies" onClick={() => onThread(message.ts)}>
            {replies.length === 1 ? "1 reply" : `${replies.length} replies`}
            <span>Last at {clock(replies.at(-1).ts)}</span>
          </button>
        )}
        {!inThread && <Working {...{ state, act, me, channel: message.channel, ts: message.ts }} />}
        {!inThread && !message.only_to && !replies.length && (
          <button type="button" className="reply quiet" onClick={() => onThread(message.ts)}>
            Reply in thread
          </button>
        )}
      </div>
    </article>
  );
}

// What the assistant says it is doing in a thread, and the Stop button while it works.
export function Working({ state, act, me, channel, ts }) {
  const status = state.statuses.find((one) => one.channel === channel && one.thread_ts === ts);
  const working = state.sessions.some(
    (one) => one.channel === channel && one.thread_ts === ts && one.status === "processing",
  );
  const line = useTurns(status?.loading_messages ?? []) ?? status?.text;
  if (!status && !working) return null;
  return (
    <p className="working" role="status">
      <span className="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {status ? `${state.bot.name} ${line}` : `${state.bot.name} is working`}
      {working && (
        <button type="button" className="plain" onClick={() => act("press_stop", { user: me, channel, thread_ts: ts })}>
          Stop
        </button>
      )}
    </p>
  );
}

function useTurns(lines) {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (lines.length < 2) return undefined;
    const timer = setInterval(() => setTurn((now) => now + 1), 2500);
    return () => clearInterval(timer);
  }, [lines.length]);
  return lines[turn % (lines.length || 1)];
}

export function Avatar({ user }) {
  if (user.is_bot)
    return (
      <svg className="avatar" viewBox="0 0 36 36" aria-hidden="true">
        <rect width="36" height="36" rx="8" fill="#0f6b5c" />
        <path d="M12 8v8.5a6 6 0 0 0 12 0V8M18 22.500v6.500" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      </svg>
    );
  return (
    <span className="avatar" data-tone={user.name.length % 4} aria-hidden="true">
      {user.name[0]}
    </span>
  );
}

function clock(ts) {
  return new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
