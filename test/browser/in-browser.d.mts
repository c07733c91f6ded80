export function contrasts(): { readonly text: string; readonly ratio: number }[];
export function smuggle(): void;
export function focused(): string;
export function background(): string;
export function moving(): number;
export function overflow(): number;
