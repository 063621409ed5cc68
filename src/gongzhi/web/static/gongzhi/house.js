// Small conveniences of every page; all pages work without them.
(function () {
  "use strict";
  var TYPED = /^(text|search|email|tel|url|number|password|date|month|file)$/;

  function typing(element) {
    return /^(TEXTAREA|SELECT)$/.test(element.tagName) || (element.tagName === "INPUT" && TYPED.test(element.type));
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (event.key === "Escape") { typing(event.target) ? event.target.blur() : back(); return; }
    if (typing(event.target)) { return; }
    if (event.key === "/") {
      var search = document.querySelector("[data-key=search]") || document.querySelector("form.filters input:not([type=hidden])");
      if (search) { event.preventDefault(); search.focus(); if (search.select) { search.select(); } }
    }
    if (event.key === "j" || event.key === "k") { step(event.key === "j" ? 1 : -1); }
    if (event.key === "x") {
      var box = document.querySelector("tr.here input[name=chosen]");
      if (box) { box.click(); }
    }
    // The row's own link has the focus, so Enter is the browser's; only a row without focus needs help.
    if (event.key === "Enter" && (event.target === document.body || event.target.matches("tr, .table-frame"))) {
      var link = document.querySelector("table.data tr.here a");
      if (link) { link.click(); }
    }
  });

  // Esc goes the way that the page shows above its title, with the filters and the row in it.
  function back() {
    var way = document.querySelector(".trail a");
    if (way) { way.click(); }
  }

  function here(row) {
    Array.prototype.forEach.call(document.querySelectorAll("tr.here"), function (one) { one.classList.remove("here"); });
    row.classList.add("here");
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    var rows = Array.prototype.slice.call(document.querySelectorAll("table.data tbody tr"));
    if (!rows.length) { return; }
    var at = rows.findIndex(function (row) { return row.classList.contains("here"); });
    var next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    here(next);
    var link = next.querySelector("a");
    if (link) { link.focus({ preventScroll: true }); } else { next.tabIndex = -1; next.focus({ preventScroll: true }); }
  }

  document.addEventListener("click", function (event) {
    var copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.getAttribute("data-copy")).then(function () {
        copy.textContent = "已复制";
      });
    }
    if (event.target.closest("[data-print]")) { window.print(); }
  });

  // Rows chosen together: the count, the box for all of the page, and no button before anything is chosen.
  function bulks() {
    Array.prototype.forEach.call(document.querySelectorAll("[data-bulk]"), function (form) {
      var all = form.querySelector("[data-bulk-all]");
      all.hidden = false;
      all.querySelector("input").onchange = function (event) {
        boxes(form).forEach(function (box) { box.checked = event.target.checked; });
        counted(form);
      };
      counted(form);
    });
  }

  function boxes(form) {
    return Array.prototype.filter.call(form.elements, function (one) { return one.name === "chosen"; });
  }

  function counted(form) {
    var every = boxes(form);
    var chosen = every.filter(function (box) { return box.checked; }).length;
    var all = form.querySelector("[data-bulk-all] input");
    all.checked = chosen > 0 && chosen === every.length;
    all.indeterminate = chosen > 0 && chosen < every.length;
    all.disabled = !every.length;
    form.querySelector("[data-bulk-count]").textContent = chosen ? "已选 " + chosen + " 条" : "勾选几条，一起办理：";
    Array.prototype.forEach.call(form.querySelectorAll("button"), function (button) { button.disabled = !chosen; });
  }

  document.addEventListener("change", function (event) {
    if (event.target.name === "chosen" && event.target.form && event.target.form.matches("[data-bulk]")) {
      counted(event.target.form);
    }
  });
  window.addEventListener("pageshow", bulks);

  // A fragment that could not be fetched says so; the page stays as it was.
  function trouble() {
    var place = document.getElementById("main");
    if (!place || place.querySelector("[data-trouble]")) { return; }
    var box = document.createElement("div");
    box.className = "notice stop";
    box.setAttribute("role", "alert");
    box.setAttribute("data-trouble", "");
    box.textContent = "没有取到数据，页面内容未变。请检查网络后刷新重试。";
    place.insertBefore(box, place.firstChild);
  }
  document.addEventListener("htmx:responseError", trouble);
  document.addEventListener("htmx:sendError", trouble);

  // A new page of a list begins at its top, and the focus is not lost with the old one.
  document.addEventListener("htmx:afterSettle", function (event) {
    var list = event.target.closest && event.target.closest("[data-list]");
    if (!list) { return; }
    bulks();
    if (list.getBoundingClientRect().top < 0) { list.scrollIntoView(); }
    var frame = list.querySelector(".table-frame");
    if (frame && (document.activeElement === document.body || !document.activeElement)) { frame.focus({ preventScroll: true }); }
  });

  // On a phone the menu is folded, and so are filters that filter nothing and long groups of boxes where none
  // is ticked; on the desk they stand as the page was made.
  function fold(narrow) {
    var menu = document.querySelector("[data-menu]");
    var filters = document.querySelector("[data-filters]");
    if (menu) { menu.open = !narrow.matches; }
    if (filters) { filters.open = !narrow.matches || window.location.search.length > 1; }
    Array.prototype.forEach.call(document.querySelectorAll("[data-fold]"), function (group) {
      if (narrow.matches && !group.querySelector(":checked")) { group.open = false; }
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var narrow = window.matchMedia("(max-width: 760px)");
    fold(narrow);
    if (narrow.addEventListener) { narrow.addEventListener("change", fold); }
    var focus = document.querySelector("[data-focus]");
    if (focus) { focus.focus(); }
    var row = window.location.hash.length > 1 && document.getElementById(window.location.hash.slice(1));
    if (row && row.tagName === "TR") { here(row); }
  });
})();
