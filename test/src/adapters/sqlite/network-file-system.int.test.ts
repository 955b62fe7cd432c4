import { tmpdir } from 'node:os'
import {
  mountTypeOf,
  networkFileSystemOf,
  networkNameOf,
} from '../../../../src/adapters/sqlite/network-file-system'

const mountinfo = [
  '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
  '30 22 0:40 / /mnt/far rw,nosuid shared:5 - fuse.sshfs me@far:/ rw',
  '31 22 0:41 / /mnt/far/near rw - fuse.ntfs-3g /dev/sdb1 rw',
  '32 22 0:42 / /mnt/with\\040blank rw - fuse.rclone far: rw',
  '33 22 0:43 / /mnt/over rw - ext4 /dev/sdc1 rw',
  '34 22 0:44 / /mnt/over rw master:1 propagate_from:2 - fuse.glusterfs far rw',
].join('\n')

describe('the file system that a ledger lies on', () => {
  it.each([
    ['/var/lib', 'ext4'],
    ['/mnt/far', 'fuse.sshfs'],
    ['/mnt/far/deep/er', 'fuse.sshfs'],
    ['/mnt/far/near/x', 'fuse.ntfs-3g'],
    ['/mnt/farther', 'ext4'],
    ['/mnt/with blank/x', 'fuse.rclone'],
    ['/mnt/over/x', 'fuse.glusterfs'],
  ])('of %s is that of the mount seen there', (path, type) => {
    expect(mountTypeOf(path, mountinfo)).toBe(type)
  })

  it.each([
    [0x65735546, 'virtiofs', 'virtiofs'],
    [0x65735546, 'fuse.vmhgfs-fuse', 'fuse.vmhgfs-fuse'],
    [0x65735546, 'fuse.sshfs', 'fuse.sshfs'],
    [0x65735546, 'fuse.ntfs-3g', undefined],
    [0x65735546, 'fuseblk', undefined],
    [0x786f4256, 'vboxsf', 'vboxsf'],
    [0x6969, 'nfs4', 'nfs'],
    [0xef53, 'ext4', undefined],
  ])('with the number %d and the mount %s is refused as %s', (type, mount, name) => {
    expect(networkNameOf(type, () => mount)).toBe(name)
  })

  it('is no network file system for temporary files of this host', () => {
    expect(networkFileSystemOf(tmpdir())).toBeUndefined()
  })
})
