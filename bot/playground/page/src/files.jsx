// Files: before they are sent, on their way, and in messages.

const IMAGES = ["image/gif", "image/jpeg", "image/png", "image/webp"];

// Gives the ids under which the playground keeps them, or in words why it does not.
export async function upload(files, user) {
  const ids = [];
  for (const file of files) {
    const address = `/page/files?${new URLSearchParams({ user, name: file.name })}`;
    const headers = { "Content-Type": "application/octet-stream" };
    const answer = await fetch(address, { method: "POST", body: file, headers }).catch(() => null);
    if (!answer?.ok) return { ids, error: why(answer, file) };
    ids.push((await answer.json()).id);
  }
  return { ids };
}

function why(answer, file) {
  if (!answer) return `${file.name} could not be read or sent.`;
  return answer.status === 413 ? `${file.name} is too large for the playground.` : `${file.name} was refused.`;
}

export function Chips({ files, onRemove }) {
  if (!files.length) return null;
  return (
    <ul className="chips" aria-label="Attached files">
      {files.map((file, place) => (
        <li key={place}>
          <b>{file.name}</b> <span className="hint">{sizeOf(file.size)}</span>
          <button type="button" className="cross" aria-label={`Remove ${file.name}`} onClick={() => onRemove(file)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Files({ files }) {
  return (
    <ul className="files" aria-label="Files">
      {files.map((file) =>
        file.mode === "tombstone" ? (
          <li key={file.id} className="hint">
            This file was deleted.
          </li>
        ) : (
          <Row key={file.id} file={file} />
        ),
      )}
    </ul>
  );
}

function Row({ file }) {
  const address = new URL(file.permalink).pathname;
  return (
    <li>
      <a className="file" href={address} download={file.name}>
        <span className="kind" aria-hidden="true">
          {file.filetype.slice(0, 4)}
        </span>
        <b>{file.name}</b> <span className="hint">{sizeOf(file.size)}</span>
      </a>
      {IMAGES.includes(file.mimetype) && <img src={address} alt={file.alt_txt ?? file.name} />}
    </li>
  );
}

function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
