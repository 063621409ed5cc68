// Small conveniences of every page; all pages work without them.
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "Escape" && typing) { event.target.blur(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.key === "/") {
      var search = document.querySelector("[data-key=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "j" || event.key === "k") { step(event.key === "j" ? 1 : -1); }
    if (event.key === "Enter") {
      var link = document.querySelector("table.data tr.here a");
      if (link) { link.click(); }
    }
  });

  function step(by) {
    var rows = Array.prototype.slice.call(document.querySelectorAll("table.data tbody tr"));
    if (!rows.length) { return; }
    var at = rows.findIndex(function (row) { return row.classList.contains("here"); });
    if (at >= 0) { rows[at].classList.remove("here"); }
    var next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    next.classList.add("here");
    next.scrollIntoView({ block: "nearest" });
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

  // On a phone the menu is folded, and so are filters that filter nothing; on the desk both are open.
  function fold(narrow) {
    var menu = document.querySelector("[data-menu]");
    var filters = document.querySelector("[data-filters]");
    if (menu) { menu.open = !narrow.matches; }
    if (filters) { filters.open = !narrow.matches || window.location.search.length > 1; }
  }

  document.addEventListener("DOMContentLoaded", function () {
    var narrow = window.matchMedia("(max-width: 760px)");
    fold(narrow);
    if (narrow.addEventListener) { narrow.addEventListener("change", fold); }
    var focus = document.querySelector("[data-focus]");
    if (focus) { focus.focus(); }
  });
})();
