/**
 * The stand-in for `https://checkout.razorpay.com/v1/checkout.js`: `new Razorpay(options).open()` shows a
 * small dialog whose buttons pay in the simulator, so that handler, `payment.failed`, `ondismiss` and
 * `callback_url` work as on a shop's page. Plain ES5-style browser code, served as is.
 */
export const CHECKOUT_SCRIPT = `(function () {
  "use strict";
  var origin = new URL(document.currentScript.src).origin;
  var METHODS = [["upi", "UPI"], ["card", "Card"], ["netbanking", "Netbanking"], ["wallet", "Wallet"]];
  var OUTCOMES = [["success", "Pay"], ["fail", "Bank declines"], ["late", "No answer"], ["cancel", "Cancel at bank"]];

  function element(tag, text, parent) {
    var node = document.createElement(tag);
    if (text) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  function select(id, choices, parent) {
    var node = element("select", "", parent);
    node.id = id;
    choices.forEach(function (choice) {
      element("option", choice[1], node).value = choice[0];
    });
    return node;
  }

  function postForm(action, fields) {
    var form = element("form", "", document.body);
    form.method = "POST";
    form.action = action;
    Object.keys(fields).forEach(function (name) {
      var input = element("input", "", form);
      input.type = "hidden";
      input.name = name;
      input.value = fields[name];
    });
    form.submit();
  }

  function Razorpay(options) {
    if (!options || !options.key) throw new Error("No key passed");
    this.options = options;
    this.listeners = {};
  }

  Razorpay.prototype.on = function (event, listener) {
    (this.listeners[event] = this.listeners[event] || []).push(listener);
  };

  Razorpay.prototype.close = function () {
    if (!this.dialog) return;
    this.dialog.remove();
    this.dialog = null;
    var modal = this.options.modal || {};
    if (modal.ondismiss) modal.ondismiss();
  };

  Razorpay.prototype.open = function () {
    var self = this;
    var options = this.options;
    var dialog = (this.dialog = element("div", "", document.body));
    dialog.id = "razorpay-checkout";
    dialog.setAttribute("role", "dialog");
    dialog.setAttribute("aria-label", "Razorpay (sandbox)");
    dialog.style.cssText = "position:fixed;inset:0;background:rgba(0,0,0,.5);display:flex;align-items:center;justify-content:center;z-index:99999;font-family:sans-serif";
    var box = element("div", "", dialog);
    box.style.cssText = "background:#fff;padding:24px;border-radius:8px;display:grid;gap:12px;min-width:280px";
    element("strong", (options.name || "Razorpay") + " (sandbox)", box);
    element("span", (options.currency || "INR") + " " + (options.amount / 100).toFixed(2) + " " + (options.description || ""), box);
    var prefill = options.prefill || {};
    var method = select("razorpay-method", METHODS, box);
    if (prefill.method) method.value = prefill.method;
    this.message = element("span", "", box);
    this.message.setAttribute("role", "alert");
    OUTCOMES.forEach(function (outcome) {
      var button = element("button", outcome[1], box);
      button.type = "button";
      button.id = "razorpay-" + outcome[0];
      button.onclick = function () { self.pay(method.value, outcome[0]); };
    });
    var close = element("button", "Close", box);
    close.type = "button";
    close.id = "razorpay-close";
    close.onclick = function () { self.close(); };
  };

  Razorpay.prototype.pay = function (method, outcome) {
    var self = this;
    var options = this.options;
    var prefill = options.prefill || {};
    var body = { key: options.key, amount: options.amount, method: method, outcome: outcome, details: { notes: options.notes || {} } };
    if (prefill.email) body.details.email = prefill.email;
    if (prefill.contact) body.details.contact = prefill.contact;
    if (options.description) body.details.description = options.description;
    fetch(origin + "/checkout/" + encodeURIComponent(options.order_id) + "/pay", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body)
    })
      .then(function (response) { return response.json(); })
      .then(function (answer) {
        if (answer.error) self.failed(answer);
        else self.succeeded(answer);
      })
      .catch(function (error) { self.message.textContent = String(error); });
  };

  Razorpay.prototype.succeeded = function (answer) {
    var options = this.options;
    this.dialog.remove();
    this.dialog = null;
    if (options.callback_url && (options.redirect || !options.handler)) postForm(options.callback_url, answer);
    else if (options.handler) options.handler(answer);
  };

  Razorpay.prototype.failed = function (answer) {
    var options = this.options;
    this.message.textContent = answer.error.description;
    if (options.callback_url && options.redirect) {
      postForm(options.callback_url, {
        "error[code]": answer.error.code,
        "error[description]": answer.error.description,
        "error[source]": answer.error.source,
        "error[step]": answer.error.step,
        "error[reason]": answer.error.reason,
        "error[metadata]": JSON.stringify(answer.error.metadata)
      });
      return;
    }
    (this.listeners["payment.failed"] || []).forEach(function (listener) { listener(answer); });
  };

  window.Razorpay = Razorpay;
})();
`;
