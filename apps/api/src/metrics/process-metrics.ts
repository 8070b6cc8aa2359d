import { performance } from 'node:perf_hooks'

import { Counter, Gauge, type Registry } from 'prom-client'

/**
 * What the process uses, read when it is asked for. The library's own set starts observers that outlive
 * the app, and that cost something all the time.
 */
export function addProcessMetrics(registry: Registry): void {
  const registers = [registry]
  const cpu = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Of all threads, user and system.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      cpu.reset()
      cpu.inc((user + system) / 1e6)
    },
  })
  gauge('process_resident_memory_bytes', 'Memory that is in use.', () => process.memoryUsage.rss())
  gauge('nodejs_heap_used_bytes', 'Of that, for JavaScript.', () => process.memoryUsage().heapUsed)
  gauge('process_start_time_seconds', 'Since 1970.', () => performance.timeOrigin / 1000)
  let before = performance.eventLoopUtilization()
  gauge('nodejs_eventloop_utilization', 'Share of the time since it was read last, 0 to 1.', () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  })

  function gauge(name: string, help: string, read: () => number): void {
    const one: Gauge = new Gauge({ name, help, registers, collect: () => one.set(read()) })
  }
}
