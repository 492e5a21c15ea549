export { start } from "./compare_spans.js";
