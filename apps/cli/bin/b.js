#!/usr/bin/env node
import module from 'node:module'

// Compiled code is kept between runs: it is most of what a short command would spend its time on.
module.enableCompileCache?.()
await import('../dist-b/main.js')
