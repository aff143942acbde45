// SPDX-License-Identifier: Apache-2.0
#include "weir/anon/internal/report_style.h"

namespace weir::anon::internal {

// No '<' and no '&': the page stays well-formed XML.
const char* const kReportStyle = R"css(
:root { color-scheme: light dark; --page: #ffffff; --ink: #1b1f24; --soft: #57606a; --edge: #d0d7de;
  --panel: #f6f8fa; --before: #b35900; --after: #0b57c2; --warn: #8a1c1c; --warn-page: #fff1f0; }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --ink: #e6e9ed; --soft: #a3adb8;
  --edge: #3a424c; --panel: #1d2229; --before: #f2a65a; --after: #82b1ff; --warn: #ffb4ab;
  --warn-page: #3a1a18; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 1rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: .4rem 0; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .5rem; padding-top: .6rem; border-top: 1px solid var(--edge); }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
p { margin: .5rem 0; max-width: 46rem; }
ul { max-width: 46rem; padding-left: 1.2rem; }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.owner { background: var(--warn-page); color: var(--warn); border: 1px solid var(--warn);
  border-radius: 6px; padding: .6rem .8rem; max-width: none; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem;
  margin: 1rem 0; padding: 0; list-style: none; max-width: none; }
.cards li { background: var(--panel); border: 1px solid var(--edge); border-radius: 6px;
  padding: .6rem .8rem; }
.cards b { display: block; font-size: 1.15rem; }
.cards data { white-space: nowrap; }
nav p { max-width: none; }
a { color: var(--after); }
.cards span { color: var(--soft); font-size: .85rem; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); gap: 1rem; }
figure { margin: .5rem 0; }
.chart { display: block; width: 100%; max-width: 34rem; height: auto; }
.chart text { fill: var(--ink); font-size: 11px; font-family: inherit; }
.grid { stroke: var(--edge); }
rect.before { fill: var(--page); stroke: var(--before); stroke-width: 1.5; }
rect.after { fill: var(--after); stroke: var(--after); stroke-width: 1.5; }
.line { fill: none; stroke-width: 2.5; }
.line.before { stroke: var(--before); stroke-dasharray: 6 4; }
.line.after { stroke: var(--after); }
.pair { display: block; width: 100%; min-width: 4rem; height: 1rem; }
.pair rect.before { fill: var(--before); stroke: none; }
.pair rect.after { stroke: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: .5rem 0; }
caption { text-align: left; color: var(--soft); font-size: .9rem; padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem;
  border-bottom: 1px solid var(--edge); }
td.figure, th.figure { text-align: right; white-space: nowrap; overflow-wrap: normal; }
th.figure { white-space: normal; }
th[scope=col], td.words { overflow-wrap: normal; }
td.bar { width: 30%; }
td.label, th[scope=row] { min-width: 6rem; }
.heat0 { background: #ffffff; color: #1b1f24; } .heat1 { background: #fff3d6; color: #1b1f24; }
.heat2 { background: #fddc9b; color: #1b1f24; } .heat3 { background: #f9b45c; color: #1b1f24; }
.heat4 { background: #e8833a; color: #1b1f24; }
pre { background: var(--panel); border: 1px solid var(--edge); border-radius: 6px; padding: .7rem;
  font-size: .85rem; white-space: pre-wrap; }
code { font-size: .9em; }
.open { color: var(--warn); }
@media (max-width: 40rem) { body { padding: .6rem; } table { font-size: .85rem; }
  th, td { padding: .25rem .3rem; }
  caption { max-width: calc(100vw - 1.2rem); }
  table.cases thead { position: absolute; clip-path: inset(50%); }
  table.cases tr { display: block; border-bottom: 1px solid var(--edge); padding: .4rem 0; }
  table.cases th, table.cases td { display: block; border: 0; text-align: left;
    white-space: normal; padding: .05rem .3rem; }
  table.cases td.none { display: none; } }
@media print { :root { color-scheme: light; --page: #ffffff; --ink: #000000; --soft: #444444;
  --edge: #bbbbbb; --panel: #ffffff; --before: #b35900; --after: #0b57c2; --warn: #8a1c1c;
  --warn-page: #ffffff; }
  body { max-width: none; padding: 0; font-size: 10.5pt; print-color-adjust: exact;
    -webkit-print-color-adjust: exact; }
  h2, h3 { break-after: avoid; } figure, tr, .cards li, pre { break-inside: avoid; }
  .pictures { grid-template-columns: 1fr 1fr; } .scroll { overflow: visible; } }
)css";

}  // namespace weir::anon::internal
