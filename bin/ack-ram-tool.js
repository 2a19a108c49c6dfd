#!/usr/bin/env node
process.noDeprecation = true;
require('node:module').enableCompileCache?.();
require('../dist/main.cjs').start();
