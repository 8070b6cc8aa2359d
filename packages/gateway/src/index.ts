export { createModelGateway, type ModelGatewayOptions } from './model-gateway.ts'
