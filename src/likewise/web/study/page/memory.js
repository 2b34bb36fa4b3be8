// Memory: the token and an answer under way, in this browser. A resume link carries the token
// behind "#", where neither the server nor its logs ever see it.

export function remembered(study) {
  const key = `likewise-study-${study}`;
  const store = storage();
  const carried = new URLSearchParams(location.hash.slice(1)).get("resume");
  if (carried) {
    if (store.getItem(key) !== carried) store.removeItem(`${key}-draft`);
    store.setItem(key, carried);
    history.replaceState(null, "", location.pathname);
  }
  return {
    get token() {
      return store.getItem(key);
    },
    set token(token) {
      store.setItem(key, token);
    },
    get draft() {
      try {
        return JSON.parse(store.getItem(`${key}-draft`));
      } catch {
        return null;
      }
    },
    set draft(draft) {
      if (draft) store.setItem(`${key}-draft`, JSON.stringify(draft));
      else store.removeItem(`${key}-draft`);
    },
    forget() {
      store.removeItem(key);
      store.removeItem(`${key}-draft`);
    },
    link(token) {
      return `${location.origin}${location.pathname}#resume=${token}`;
    },
  };
}

// Some browsers forbid storage; then the page remembers as long as it is open.
function storage() {
  try {
    localStorage.setItem("likewise-probe", "");
    localStorage.removeItem("likewise-probe");
    return localStorage;
  } catch {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    };
  }
}
