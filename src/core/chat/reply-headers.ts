/** The headers of a reply; names in lower case. `Headers` of the platform are some. */
export interface ReplyHeaders {
  /** Several values of one name are joined by ", "; null where there is none. */
  get(name: string): string | null;
  has(name: string): boolean;
  forEach(visit: (value: string, name: string) => void): void;
}
