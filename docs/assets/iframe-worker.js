// Browsers start no worker for a page that is read as a file. The site's search needs one, so a hidden
// frame takes its place there. Served over HTTP this does nothing.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inside = this.frame.contentWindow;
      // A worker gets and gives copies, later; what is sent here must not be changed there.
      inside.postMessage = (data) => this.tell("message", { data: structuredClone(data) });
      const script = inside.document.createElement("script");
      script.src = new URL(url, location.href).href;
      script.onload = () => {
        const waiting = this.waiting;
        this.waiting = null;
        waiting.forEach((data) => this.postMessage(data));
      };
      script.onerror = () => this.tell("error", {});
      inside.document.body.append(script);
    }
    tell(type, said) {
      const event = Object.assign(new Event(type, { cancelable: true }), said);
      setTimeout(() => {
        this.dispatchEvent(event);
        if (this["on" + type]) this["on" + type](event);
      });
    }
    postMessage(data) {
      const copy = structuredClone(data);
      if (this.waiting) this.waiting.push(copy);
      else setTimeout(() => this.frame.contentWindow.onmessage({ data: copy }));
    }
    terminate() {
      this.frame.remove();
    }
  };
}
