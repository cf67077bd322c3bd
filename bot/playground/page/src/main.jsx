// The whole screen: who you are, where you are, what is said there and in its threads.
import { useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import "slack-blocks-to-jsx/dist/style.css";
import "./page.css";
import { Composer } from "./composer.jsx";
import { upload } from "./files.jsx";
import { useDark, useLive } from "./live.js";
import { Messages, Working } from "./messages.jsx";
import { Home, Modal } from "./modal.jsx";
import { Settings } from "./settings.js";

function App() {
  const { state, online, act } = useLive();
  const dark = useDark();
  const [me, setMe] = useState("U0ANN");
  const [place, setPlace] = useState("C0GENERAL");
  const [tab, setTab] = useState("messages");
  const [thread, setThread] = useState(null);
  const [menu, setMenu] = useState(false);
  const asked = useRef(null);
  const known = JSON.stringify([state?.users, state?.channels, state?.files]);
  const settings = useMemo(() => settingsFrom(state, dark), [known, dark]);

  const replies = state && asked.current && (state.messages[asked.current.channel] ?? []);
  useEffect(() => {
    const wanted = asked.current;
    if (!wanted || !replies?.some((one) => one.thread_ts === wanted.ts)) return;
    asked.current = null;
    if (wanted.channel === place && innerWidth > 760) setThread(wanted.ts);
  });

  if (!state) return <p className="empty">{online ? "Loading …" : "Waiting for the playground …"}</p>;

  const channel = state.channels.find((one) => one.id === place);
  const direct = state.channels.find((one) => one.partner === me);
  const go = (id, nextTab = "messages") => {
    setPlace(id);
    setTab(nextTab);
    setThread(null);
    setMenu(false);
    if (id === direct.id) act("open_home", { user: me, tab: nextTab });
  };
  const become = (user) => {
    setMe(user);
    setThread(null);
    if (channel.partner) setPlace(state.channels.find((one) => one.partner === user).id);
  };
  const say = async (text, chosen = [], thread_ts = null) => {
    const { ids: files, error } = await upload(chosen, me);
    if (error) return { error };
    const answer = await act("type_in", { user: me, channel: place, text, thread_ts, files });
    if (answer.ts && !thread_ts) asked.current = { channel: place, ts: answer.ts };
    return answer;
  };
  const mine = state.messages[place].concat(
    state.ephemerals.filter((one) => one.channel === place && one.only_to === me),
  );
  const shown = inOrder(mine.filter((one) => !one.thread_ts || one.subtype === "thread_broadcast"));
  const inThread = thread && inOrder(mine.filter((one) => one.ts === thread || one.thread_ts === thread));
  const modal = state.views.filter((view) => view.user === me).at(-1);
  const shared = { state, me, act, onThread: setThread };
  const title = channel.partner ? state.bot.name : `#${channel.name}`;

  return (
    <Settings.Provider value={settings}>
      <div className={`app ${thread ? "threaded" : ""} ${menu ? "open" : ""}`}>
        <nav aria-label="Team">
          <h1>{state.team}</h1>
          <p className={state.connected ? "link on" : "link"} role="status">
            {!online ? "The playground has stopped" : state.connected ? "The app is connected" : "Waiting for the app"}
          </p>
          <h2>Channels</h2>
          {state.channels
            .filter((one) => !one.partner && one.members.includes(me))
            .map((one) => (
              <Place key={one.id} on={place === one.id} onClick={() => go(one.id)}>
                <span aria-hidden="true">#</span> {one.name}
              </Place>
            ))}
          <h2>Apps</h2>
          <Place on={place === direct.id} onClick={() => go(direct.id)}>
            <span aria-hidden="true">◆</span> {state.bot.name}
          </Place>
          <div className="who">
            <label htmlFor="who">You are</label>
            <select id="who" value={me} onChange={(event) => become(event.target.value)}>
              {state.users
                .filter((user) => !user.is_bot)
                .map((user) => (
                  <option key={user.id} value={user.id}>
                    {user.name}
                    {user.is_admin ? " (admin)" : ""}
                  </option>
                ))}
            </select>
          </div>
        </nav>
        <main>
          {state.banner && (
            <p className="banner" role="note">
              {state.banner}
            </p>
          )}
          <header className="top">
            <button type="button" className="burger" aria-label="Channels" onClick={() => setMenu(!menu)}>
              ☰
            </button>
            <h2>{title}</h2>
            {channel.partner && (
              <div className="tabs" role="tablist">
                {["messages", "home"].map((name) => (
                  <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => go(place, name)}>
                    {name === "home" ? "Home" : "Messages"}
                  </button>
                ))}
              </div>
            )}
          </header>
          {tab === "home" && channel.partner ? (
            <Home key={me} home={state.homes[me]} act={act} me={me} />
          ) : (
            <>
              <Messages key={place + me} list={shown} {...shared}>
                {shown.length === 0 && <Welcome bot={state.bot.name} direct={Boolean(channel.partner)} />}
              </Messages>
              {channel.partner && <Prompts prompts={state.prompts[place] ?? []} onPick={say} />}
              <Composer
                key={`at ${place} ${me}`}
                label={`Message ${title}`}
                commands={state.commands}
                bot={state.bot.name}
                onSend={say}
                autoFocus
              />
            </>
          )}
        </main>
        {thread && (
          <aside aria-label="Thread">
            <header className="top">
              <h2>Thread</h2>
              <span className="hint">{title}</span>
              <button type="button" className="cross" aria-label="Close thread" onClick={() => setThread(null)}>
                ×
              </button>
            </header>
            <Messages key={thread} list={inThread} inThread {...shared}>
              <Working {...{ state, act, me, channel: place, ts: thread }} />
            </Messages>
            <Composer key={`in ${thread} ${me}`} label="Reply" commands={[]} bot={state.bot.name} onSend={(text, chosen) => say(text, chosen, thread)} />
          </aside>
        )}
      </div>
      {modal && <Modal key={modal.id} view={modal} act={act} me={me} />}
    </Settings.Provider>
  );
}

function Place({ on, onClick, children }) {
  return (
    <button type="button" className="place" aria-current={on ? "page" : undefined} onClick={onClick}>
      {children}
    </button>
  );
}

function Welcome({ bot, direct }) {
  return (
    <p className="empty">
      {direct ? `Write to ${bot} here; nobody else reads it.` : `Nothing is said here yet. Mention @${bot} to ask it something.`}
    </p>
  );
}

function Prompts({ prompts, onPick }) {
  if (!prompts.length) return null;
  return (
    <div className="prompts" aria-label="Suggestions">
      {prompts.map((prompt) => (
        <button key={prompt.title} type="button" className="plain" onClick={() => onPick(prompt.message)}>
          {prompt.title}
        </button>
      ))}
    </div>
  );
}

function settingsFrom(state, dark) {
  if (!state) return null;
  const named = (list) => list.map(({ id, name }) => ({ id, name }));
  const people = { users: named(state.users), channels: named(state.channels.filter((one) => !one.partner)) };
  return { dark, people, names: people, files: state.files };
}

function inOrder(list) {
  return [...list].sort((a, b) => Number(a.ts) - Number(b.ts));
}

// Links in messages open beside the page, and only where they lead to a site.
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("a");
    if (!link || (link.download && link.getAttribute("href").startsWith("/page/files/"))) return;
    link.target = "_blank";
    link.rel = "noreferrer noopener";
    if (!/^(https?:|mailto:)/i.test(link.getAttribute("href") ?? "")) event.preventDefault();
  },
  true,
);

// A file that is dropped beside the composer must not take the page's place.
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());

createRoot(document.getElementById("root")).render(<App />);
