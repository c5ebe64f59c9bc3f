/** The minimap brings no types; it is a module of the editor like others. */
declare module 'diagram-js-minimap' {
  const module: Record<string, unknown>
  export default module
}
