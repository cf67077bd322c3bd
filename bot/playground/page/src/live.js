// The one line to the playground: its state comes in, what people do goes out.
import { useCallback, useEffect, useRef, useState } from "react";

export function useLive() {
  const [state, setState] = useState(null);
  const [online, setOnline] = useState(false);
  const socket = useRef(null);
  const waiting = useRef(new Map());

  useEffect(() => {
    let closed = false;
    let timer;
    const open = () => {
      const line = new WebSocket(`ws://${location.host}/page/live`);
      socket.current = line;
      line.onopen = () => setOnline(true);
      line.onmessage = (event) => {
        const frame = JSON.parse(event.data);
        if (frame.state) setState(frame.state);
        else {
          waiting.current.get(frame.id)?.(frame);
          waiting.current.delete(frame.id);
        }
      };
      line.onclose = () => {
        setOnline(false);
        waiting.current.forEach((answer) => answer({ error: "The playground is not running." }));
        waiting.current.clear();
        if (!closed) timer = setTimeout(open, 1000);
      };
    };
    open();
    return () => {
      closed = true;
      clearTimeout(timer);
      socket.current.close();
    };
  }, []);

  const act = useCallback(
    (deed, args) =>
      new Promise((answer) => {
        if (socket.current?.readyState !== WebSocket.OPEN) {
          answer({ error: "The playground is not running." });
          return;
        }
        const id = crypto.randomUUID();
        waiting.current.set(id, answer);
        socket.current.send(JSON.stringify({ id, do: deed, args }));
      }),
    [],
  );
  return { state, online, act };
}

export function useDark() {
  const query = "(prefers-color-scheme: dark)";
  const [dark, setDark] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const change = () => setDark(list.matches);
    list.addEventListener("change", change);
    return () => list.removeEventListener("change", change);
  }, []);
  return dark;
}
