/** The machines whose system calls are known here, by Node's names for them. */
export type Architecture = 'x64' | 'arm64'

/** `AUDIT_ARCH_…` of linux/audit.h. */
export const AUDIT_NUMBERS: Readonly<Record<Architecture, number>> = {
  x64: 0xc000_003e,
  arm64: 0xc000_00b7,
}

/** The first number, the same on both, that stood for nothing when the lists were made (Linux 6.18). */
export const FIRST_UNKNOWN_CALL = 470

/** Numbers on x64 and on arm64; undefined where there is no such call. */
type Numbers = readonly [x64: number | undefined, arm64: number | undefined]

/** Calls that no program in a sandbox needs, and that reach far into the kernel. */
const DENIED: Readonly<Record<string, Numbers>> = {
  // Another view of the file system.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  open_tree_attr: [467, 467],
  open_by_handle_at: [304, 265],
  // Other namespaces.
  setns: [308, 268],
  // Keys belong to a user, inside and outside alike.
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  // Large, and a source of holes.
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  // The machine itself.
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  create_module: [174, undefined],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  acct: [163, 89],
  syslog: [103, 116],
  iopl: [172, undefined],
  ioperm: [173, undefined],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  vhangup: [153, 58],
  uselib: [134, undefined],
  _sysctl: [156, undefined],
  nfsservctl: [180, 42],
  lookup_dcookie: [212, 18],
}

/** Calls of which the arguments decide. */
export type ExaminedCall =
  | 'ioctl'
  | 'socket'
  | 'socketpair'
  | 'clone'
  | 'clone3'
  | 'unshare'
  | 'chmod'
  | 'fchmod'
  | 'fchmodat'
  | 'fchmodat2'

const EXAMINED: Readonly<Record<ExaminedCall, Numbers>> = {
  ioctl: [16, 29],
  socket: [41, 198],
  socketpair: [53, 199],
  clone: [56, 220],
  clone3: [435, 435],
  unshare: [272, 97],
  chmod: [90, undefined],
  fchmod: [91, 52],
  fchmodat: [268, 53],
  fchmodat2: [452, 452],
}

/** The numbers of the calls that are denied whatever their arguments. */
export function deniedCalls(architecture: Architecture): readonly number[] {
  return Object.values(DENIED).flatMap((numbers) => numberOf(numbers, architecture) ?? [])
}

/** @returns undefined for a call that this machine does not have. */
export function examinedCall(name: ExaminedCall, architecture: Architecture): number | undefined {
  return numberOf(EXAMINED[name], architecture)
}

function numberOf([x64, arm64]: Numbers, architecture: Architecture): number | undefined {
  return architecture === 'x64' ? x64 : arm64
}
