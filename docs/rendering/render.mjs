// Renders every BPMN diagram of the project into docs/diagrams/<folder>.<name>.png.
// Uses the system's Chromium; names given as arguments restrict it to those files.
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../../workflows/bpmn");
const target = path.resolve(here, "../diagrams");
const MARGIN = 20;

async function diagrams() {
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".bpmn"))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  const wanted = process.argv.slice(2).map((name) => path.resolve(name));
  return wanted.length ? files.filter((file) => wanted.includes(file)) : files.sort();
}

async function draw(page, file) {
  await page.setContent('<body style="margin:0;background:#fff"><div id="c"></div></body>');
  await page.addScriptTag({
    path: path.join(here, "node_modules/bpmn-js/dist/bpmn-viewer.production.min.js"),
  });
  const size = await page.evaluate(
    async ({ xml, margin }) => {
      const style = { fontFamily: "Noto Sans CJK SC, sans-serif" };
      const viewer = new window.BpmnJS({
        container: "#c",
        textRenderer: { defaultStyle: style, externalStyle: style },
      });
      await viewer.importXML(xml);
      const canvas = viewer.get("canvas");
      const { x, y, width, height } = canvas.viewbox().inner;
      const box = { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
      Object.assign(document.getElementById("c").style, { width: `${box.width}px`, height: `${box.height}px` });
      canvas.resized();
      canvas.viewbox(box);
      return { width: Math.ceil(box.width), height: Math.ceil(box.height) };
    },
    { xml: await readFile(file, "utf8"), margin: MARGIN },
  );
  await page.setViewportSize(size);
  const name = path.relative(root, file).replace(/\.bpmn$/, "").replaceAll(path.sep, ".");
  await page.screenshot({ path: path.join(target, `${name}.png`) });
  return name;
}

const profile = await mkdtemp(path.join(tmpdir(), "chromium-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
try {
  const page = await browser.newPage();
  for (const file of await diagrams()) {
    process.stdout.write(`${await draw(page, file)}\n`);
  }
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
}
