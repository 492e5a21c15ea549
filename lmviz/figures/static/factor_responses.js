export { start } from "./factors.js";
