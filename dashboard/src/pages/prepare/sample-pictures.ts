/** Pictures to try with, drawn here: nothing is fetched, and nobody's photo is in the program. */

type Draw = (pen: CanvasRenderingContext2D, width: number, height: number) => void;

async function picture(name: string, type: string, width: number, height: number, draw: Draw): Promise<File> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser draws no pictures.");
  draw(pen, width, height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, type, 0.92));
  if (!blob) throw new Error("This browser writes no pictures of this format.");
  return new File([blob], name, { type });
}

/** As large as a camera's. */
export const samplePhoto = () =>
  picture("sample-photo.jpg", "image/jpeg", 4_032, 3_024, (pen, width, height) => {
    const sky = pen.createLinearGradient(0, 0, 0, height);
    sky.addColorStop(0, "#2b6f9c");
    sky.addColorStop(0.55, "#f6c58f");
    sky.addColorStop(1, "#e8875a");
    pen.fillStyle = sky;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = "#fff1d0";
    pen.beginPath();
    pen.arc(width * 0.68, height * 0.42, height * 0.09, 0, 2 * Math.PI);
    pen.fill();
    for (const [at, colour] of ["#b7695c", "#8a4f5d", "#5a3b55", "#2f2844"].entries())
      ridge(pen, width, height, 0.5 + at * 0.12, colour, at);
    grain(pen, width, height);
  });

function ridge(
  pen: CanvasRenderingContext2D,
  width: number,
  height: number,
  level: number,
  colour: string,
  at: number,
) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(0, height);
  for (let x = 0; x <= width; x += 12) {
    const turn = x / width;
    const wave = Math.sin(turn * (7 + at * 3) + at * 2) * 0.045 + Math.sin(turn * (23 + at * 9)) * 0.013;
    pen.lineTo(x, height * (level + wave));
  }
  pen.lineTo(width, height);
  pen.fill();
}

/** Without it the picture would be smaller than any photo: from a fixed seed, so it is always the same. */
function grain(pen: CanvasRenderingContext2D, width: number, height: number) {
  const pixels = pen.getImageData(0, 0, width, height);
  const { data } = pixels;
  let state = 7;
  for (let at = 0; at < data.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const shade = (state >>> 28) - 8;
    data[at] = (data[at] ?? 0) + shade;
    data[at + 1] = (data[at + 1] ?? 0) + shade;
    data[at + 2] = (data[at + 2] ?? 0) + shade;
  }
  pen.putImageData(pixels, 0, 0);
}

/** Small letters, which bear neither blocks nor being made much smaller. */
export const sampleScreenshot = () =>
  picture("sample-screenshot.png", "image/png", 2_560, 1_600, (pen, width, height) => {
    pen.fillStyle = "#f6f8fa";
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = "#084c5b";
    pen.fillRect(0, 0, width, 110);
    pen.fillStyle = "#ffffff";
    pen.font = "600 48px sans-serif";
    pen.fillText("Orders of the week", 60, 72);
    pen.font = "28px sans-serif";
    const goods = ["Bread rolls", "Espresso beans", "Paper bags", "Oat milk", "Rye flour", "Butter"];
    for (let row = 0; row < 22; row += 1) {
      const top = 150 + row * 64;
      pen.fillStyle = row % 2 === 0 ? "#ffffff" : "#eef3f6";
      pen.fillRect(60, top, width - 120, 64);
      pen.fillStyle = "#1f2933";
      const amount = (((row * 37) % 91) + 9) * 1.35;
      pen.fillText(`#${10_400 + row}`, 90, top + 42);
      pen.fillText(goods[row % goods.length] ?? "", 320, top + 42);
      pen.fillText(`${((row * 7) % 23) + 1} pieces`, 1_080, top + 42);
      pen.fillText(`€ ${amount.toFixed(2)}`, 1_560, top + 42);
      pen.fillStyle = row % 5 === 0 ? "#b42318" : "#067647";
      pen.fillText(row % 5 === 0 ? "late" : "sent", 2_100, top + 42);
    }
  });
