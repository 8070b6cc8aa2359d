/** Whether what the executor uses is counted: programs of the owner ask no model through the gateway. */
export function isMetered(executor: string): boolean {
  return executor === 'claude'
}
