#include "sim/report/page_style.h"

#include <fmt/format.h>

#include "sim/campaign/outcome.h"
#include "sim/report/palette.h"

namespace faultline::report {
namespace {

constexpr const char* kLayout = R"css(
*{box-sizing:border-box}
html{background:var(--page);color:var(--text);-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:62rem;font:1rem/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .75rem;overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.25;margin:2.75rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.5rem 0 .35rem}
p,ul,dl,figure,pre,table{margin:0 0 1rem}
p,li{max-width:46rem}
a{color:var(--accent)}
.kicker{color:var(--muted);margin:0;font-size:.9rem;letter-spacing:.04em;text-transform:uppercase}
.note,figcaption,caption{color:var(--muted);font-size:.9rem}
.banner{background:var(--warning-panel);border-left:4px solid var(--warning);padding:.6rem .9rem;max-width:none}
.banner strong{color:var(--warning)}
nav{margin:1rem 0;font-size:.95rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;padding:0;list-style:none}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.6rem 1.5rem}
.facts dt{color:var(--muted);font-size:.85rem}
.facts dd{margin:0;overflow-wrap:anywhere}
.verdicts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem;margin:1.25rem 0}
.verdicts div{background:var(--panel);border:1px solid var(--line);border-radius:.4rem;padding:.75rem .9rem}
.verdicts dt{font-weight:600}
.verdicts dd{margin:0;font-size:.9rem;color:var(--muted)}
.verdicts dd.figure{font-size:1.7rem;line-height:1.3;color:var(--text);font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.2rem 0 .4rem}
th,td{padding:.35rem .6rem .35rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{border-bottom:2px solid var(--line);font-weight:600}
tbody th{font-weight:400}
.number{text-align:right;white-space:nowrap}
.number+td:not(.number),.number+th:not(.number){padding-left:1rem}
th.name,td.name{overflow-wrap:anywhere}
.scroll td.name{min-width:17rem}
td.name,code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
th.site,code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86rem}
.scroll{overflow-x:auto;margin-bottom:1rem}
.scroll table{margin:0}
.rate-cell{display:flex;gap:.8rem;align-items:center}
.rate-cell .figures{flex:0 0 14rem;display:flex;justify-content:space-between;gap:.6rem;white-space:nowrap}
.rate-cell svg.bar{flex:1 1 8rem;min-width:0}
.bounds{color:var(--muted)}
table.rates th:last-child,table.rates td:last-child{width:62%;padding-right:0}
pre{background:var(--panel);border:1px solid var(--line);border-radius:.3rem;padding:.7rem .9rem;overflow-x:auto;line-height:1.45}
dl.definitions dt{font-weight:600}
dl.definitions dd{margin:0 0 .5rem;max-width:46rem}
details{margin:0 0 1rem}
summary{cursor:pointer;color:var(--accent)}
svg{display:block}
svg text{fill:var(--text);font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
svg.bar{overflow:visible}
.bar .rate{fill:var(--rate)}
.bar .base{stroke:var(--line)}
.bar .whisker{stroke:var(--text);stroke-width:1.5}
.bar .arrow{overflow:visible}
.bar .arrow path{fill:var(--text)}
.bar .overall{stroke:var(--critical);stroke-dasharray:3 2}
.bar .zero{stroke:var(--muted);stroke-dasharray:3 2}
.bar .estimate{fill:var(--accent)}
table.differences td:nth-child(4){width:45%}
td.value{overflow-wrap:anywhere}
svg.key{display:inline-block;vertical-align:-.15em;margin-right:.45em;border:1px solid var(--muted)}
svg.definitions{position:absolute}
.outcomes text{text-anchor:middle;font-size:14px;font-weight:600}
.outcomes rect{stroke:var(--page)}
.legend{display:flex;flex-wrap:wrap;align-items:center;gap:.2rem .45rem;font-size:.88rem;color:var(--muted);max-width:none;margin:.4rem 0}
.legend span{margin-right:.7rem}
.legend svg.key{margin:0}
.maps{display:grid;grid-template-columns:1fr;gap:1rem}
.map{width:100%}
.map text{text-anchor:middle;font-size:11px}
.map .row-label{text-anchor:end}
.map .row-label,.map .column-label{fill:var(--muted);font-size:13px}
.unstruck{fill:url(#pattern-unstruck)}
.stroke-unstruck{stroke:var(--muted);stroke-width:.7;fill:none}
.map .unstruck{stroke:var(--line);stroke-width:.7}
.strip rect{stroke:var(--page);stroke-width:.5}
.strip{border:1px solid var(--line)}
.strips dt{font-size:.9rem}
.strips dd{margin:0 0 .8rem}
.flow{width:100%;min-width:44rem}
.flow text{font-size:14px}
.flow .stage-name{font-weight:600}
.flow .stage-count{fill:var(--muted)}
.flow .exit-name{paint-order:stroke;stroke:var(--page);stroke-width:3px}
.band{opacity:.45}
.fill-onward{fill:var(--rate)}
.fill-stage{fill:var(--accent)}
.lines{width:100%;min-width:40rem}
.lines text{font-size:13px}
.lines .grid{stroke:var(--line)}
.lines .x-tick{text-anchor:middle}
.lines .y-tick{text-anchor:end}
.lines .x-tick,.lines .y-tick,.lines .y-name{fill:var(--muted)}
.curve{fill:none;stroke-width:2}
.curve-0{stroke:var(--accent)}
.curve-1{stroke:var(--critical)}
.curve-2{stroke:var(--detected)}
.curve-3{stroke:var(--crash)}
.curve-4{stroke:var(--warning)}
.curve-5{stroke:var(--muted)}
.curve.mark{fill:var(--page)}
.sign{display:grid;grid-template-columns:repeat(3,1fr);gap:1.5rem;margin-top:3rem}
.sign p{border-top:1px solid var(--text);padding-top:.3rem;margin:2.5rem 0 0}
th button{all:unset;cursor:pointer}
th button:focus-visible,a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
th[aria-sort=ascending] button::after{content:" \25B2"}
th[aria-sort=descending] button::after{content:" \25BC"}
@media (min-width:54rem){.maps{grid-template-columns:2fr 1fr;grid-auto-flow:row}.maps figure:first-child{grid-row:span 2}}
@media (max-width:40rem){
body{padding:1rem .75rem 2rem}
h1{font-size:1.4rem}
.facts,.verdicts{grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr))}
.metrics .number:last-child{white-space:normal}
table.differences{min-width:40rem}
.rate-cell{display:block}
.rate-cell .figures{display:block}
.bounds{display:block;font-size:.85rem}
table.rates th:last-child,table.rates td:last-child{width:45%}
.map .figure-in-cell{display:none}
th,td{padding-right:.4rem}
.sign{grid-template-columns:1fr;gap:0}
}
)css";

constexpr const char* kPrint = R"css(
@page{margin:16mm 14mm}
html{background:none;font-size:11.5px}
body{background:none;max-width:none;padding:0}
.verdicts{grid-template-columns:repeat(4,1fr)}
.maps{grid-template-columns:repeat(2,1fr)}
tbody tr:first-child{break-before:avoid}
nav,th button::after{display:none}
h2{break-after:avoid;margin-top:1.6rem}
h3,caption{break-after:avoid}
tr,figure,.verdicts div,.sign,.banner{break-inside:avoid}
thead{display:table-header-group}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
.scroll{overflow:visible}
.flow,.lines{min-width:0}
a{color:inherit;text-decoration:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
)css";

std::string colour_classes() {
  std::string text;
  for (const campaign::Outcome outcome : campaign::kOutcomes) {
    text += fmt::format(
        ".fill-{0}{{fill:var(--{0})}}.pattern-{0}{{fill:url(#pattern-{0})}}"
        ".stroke-{0}{{stroke:var(--on-{0});stroke-opacity:.3;fill:none}}.outcomes .on-{0}{{fill:var(--on-{0})}}",
        to_string(outcome));
  }
  for (size_t step = 0; step < kHeatSteps; ++step) {
    text += fmt::format(".heat{0}{{fill:var(--heat{0})}}.map .on-heat{0}{{fill:var(--on-heat{0})}}", step);
  }
  return text;
}

}  // namespace

std::string page_style() {
  return fmt::format(
      ":root{{color-scheme:light;{0}}}\n@media screen and (prefers-color-scheme:dark){{:root{{color-scheme:dark;{1}}}}}"
      "{2}{3}\n@media print{{{4}}}\n",
      light_properties(), dark_properties(), kLayout, colour_classes(), kPrint);
}

}  // namespace faultline::report
