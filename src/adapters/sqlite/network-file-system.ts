import { readFileSync, realpathSync, statfsSync } from 'node:fs'

/**
 * File systems whose locks or shared memory do not reach every writer: WAL needs both
 * (https://sqlite.org/wal.html, "all processes must be on the same host"). Numbers: statfs(2), and
 * linux/magic.h, both read 2026-11-22.
 */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x01021997, '9p'],
  [0x5346414f, 'afs'],
  [0x6b414653, 'afs'],
  [0x73757245, 'coda'],
  [0x00c36400, 'ceph'],
  [0x0bd00bd0, 'lustre'],
  [0x564c, 'ncp'],
  [0x7461636f, 'ocfs2'],
  [0x01161970, 'gfs2'],
  // A folder of a virtual machine's host: the host and other machines have caches of their own.
  [0x786f4256, 'vboxsf'],
])

const fuseType = 0x65735546

/**
 * FUSE serves local disks too (ntfs-3g, encfs), so only those known to be remote are refused. virtiofs
 * has FUSE's number (linux/fs/fuse/virtio_fs.c) and is a virtual machine's like vmhgfs-fuse.
 */
const remoteFuse =
  /^virtiofs$|^fuse\.(vmhgfs-fuse|sshfs|s3fs|glusterfs|ceph|ceph-fuse|rclone|davfs|davfs2|gcsfuse|goofys|curlftpfs|smbnetfs|juicefs|moosefs|beegfs|blobfuse2?|mfs)$/

/** The network file system that a folder lies on; undefined: it is a local one. */
export const networkFileSystemOf = (folder: string): string | undefined => {
  // f_type is a signed 32-bit number on some architectures.
  const type = statfsSync(folder).type >>> 0
  return networkNameOf(type, () =>
    mountTypeOf(realpathSync(folder), readFileSync('/proc/self/mountinfo', 'utf8')),
  )
}

/** What a file system's number is called if it is a network's; FUSE is told apart by its mount. */
export const networkNameOf = (
  type: number,
  mountType: () => string | undefined,
): string | undefined => {
  if (type !== fuseType) return networkTypes.get(type)
  const name = mountType()
  return name !== undefined && remoteFuse.test(name) ? name : undefined
}

/** The type of the mount that a real path lies on, by the text of `mountinfo` (proc(5), section 3.5). */
export const mountTypeOf = (path: string, mountinfo: string): string | undefined => {
  const mounts = mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap((fields) => {
      const point = fields[4]
      const type = fields[fields.indexOf('-') + 1]
      return point === undefined || type === undefined ? [] : [{ point: unescaped(point), type }]
    })
    .filter(({ point }) => path === point || path.startsWith(point === '/' ? '/' : `${point}/`))
  // Of several mounts on one point the last one is seen.
  return mounts.reduce<(typeof mounts)[number] | undefined>(
    (best, mount) => (mount.point.length >= (best?.point.length ?? 0) ? mount : best),
    undefined,
  )?.type
}

const unescaped = (point: string): string =>
  point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))
