/** Numbers for people. */

/** `######....` for 0.6. What is not empty shows, what is not full does not look so. */
export function bar(fraction: number, width: number): string {
  const share = Math.min(1, Math.max(0, fraction));
  let full = Math.round(share * width);
  if (share > 0) full = Math.max(1, full);
  if (share < 1) full = Math.min(width - 1, full);
  return "#".repeat(full) + ".".repeat(width - full);
}

/** `999`, `12.5k`, `86k`, `1.2M`; of less than ten, one digit behind the point where there is one. */
export function compact(value: number): string {
  for (const [size, letter] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e4, "k"],
  ] as const) {
    if (value < size) continue;
    const unit = letter === "k" ? 1e3 : size;
    const scaled = value / unit;
    // 999,600 would be shown as 1000k.
    if (scaled >= 999.5 && letter !== "G") return `1${letter === "k" ? "M" : "G"}`;
    return `${scaled < 100 ? Number(scaled.toFixed(1)) : Math.round(scaled)}${letter}`;
  }
  return String(value < 10 ? Number(value.toFixed(1)) : Math.round(value));
}

/** `820 kB`, `512 MB`, `77.4 GB`: as disks are sold. */
export function byteSize(bytes: number): string {
  for (const [size, unit] of [
    [1e12, "TB"],
    [1e9, "GB"],
    [1e6, "MB"],
    [1e3, "kB"],
  ] as const) {
    // 999,950,000 would be shown as 1000 MB.
    if (bytes < 0.9995 * size) continue;
    const scaled = bytes / size;
    return `${scaled < 100 && unit !== "kB" ? Number(scaled.toFixed(1)) : Math.round(scaled)} ${unit}`;
  }
  return `${Math.round(bytes)} bytes`;
}

/** `412 ms`, `1.9 s`. */
export function took(milliseconds: number | null): string {
  if (milliseconds === null) return "-";
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  return `${Number((milliseconds / 1_000).toFixed(milliseconds < 100_000 ? 1 : 0))} s`;
}

/** Cells under each other, two blanks apart; a cell that is longer than its column pushes the rest of its line. */
export function columns(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join("  ")
    .trimEnd();
}

/** How wide each column must be. */
export function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return widths;
}
