export { sha256 } from '#core/base';
