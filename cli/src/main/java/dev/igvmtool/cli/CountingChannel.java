package dev.igvmtool.cli;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Counts what would be written. */
final class CountingChannel implements WritableByteChannel {
    private long sizeBytes;

    long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public int write(ByteBuffer source) {
        int count = source.remaining();
        source.position(source.limit());
        sizeBytes += count;
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
