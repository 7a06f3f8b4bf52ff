// Made by scripts/emoji.ts.
declare module "virtual:emoji/*" {
  const list: string;
  export default list;
}
