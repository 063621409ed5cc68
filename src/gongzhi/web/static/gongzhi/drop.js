// Drag a file in, and see how far the upload is. Without this script the form works as it stands.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    bindAll();
    document.body.addEventListener("htmx:load", bindAll); // the outcome of a check comes as a fragment
  });

  function bindAll() {
    Array.prototype.forEach.call(document.querySelectorAll("[data-upload]:not([data-bound])"), bind);
  }

  function bind(form) {
    var drop = form.querySelector("[data-drop]");
    if (!drop) { return; }
    form.setAttribute("data-bound", "");
    var input = drop.querySelector("input[type=file]");
    var hint = drop.querySelector("[data-drop-hint]");
    hint.textContent = "也可以把文件拖到这里";
    ["dragenter", "dragover"].forEach(function (name) {
      drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("over"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      drop.addEventListener(name, function () { drop.classList.remove("over"); });
    });
    drop.addEventListener("drop", function (event) {
      event.preventDefault();
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; }
    });
    askOnlyWhereFilled(form);
    form.addEventListener("submit", function (event) {
      if (!input.files.length || !window.FormData) { return; }
      event.preventDefault();
      var bar = form.querySelector("[data-progress]");
      var text = form.querySelector("[data-progress-text]");
      var request = new XMLHttpRequest();
      bar.hidden = false;
      request.upload.addEventListener("progress", function (step) {
        if (!step.lengthComputable) { return; }
        bar.value = Math.round(step.loaded / step.total * 100);
        text.textContent = bar.value < 100 ? "已上传 " + bar.value + "%" : "已上传，正在检查…";
      });
      request.addEventListener("load", function () {
        if (request.responseURL && request.responseURL !== window.location.href) { window.location.assign(request.responseURL); return; }
        document.open(); document.write(request.responseText); document.close();
      });
      request.addEventListener("error", function () { text.textContent = "网络中断，文件没有收到，请再点一次上传。"; bar.hidden = true; });
      request.open("POST", form.action || window.location.href);
      request.send(new FormData(form));
    });
  }

  // The question whether a file adds or replaces is put only for periods that hold a batch.
  function askOnlyWhereFilled(form) {
    var question = form.querySelector("[data-filled]");
    var period = form.querySelector("[name=period]");
    if (!question || !period) { return; }
    var filled = question.getAttribute("data-filled").split(" ");
    function show() { question.hidden = filled.indexOf(period.value) < 0 && !question.querySelector(".why"); }
    period.addEventListener("input", show);
    show();
  }
})();
