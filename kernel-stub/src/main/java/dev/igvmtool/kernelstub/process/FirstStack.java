package dev.igvmtool.kernelstub.process;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.AuxVector;
import dev.igvmtool.abi.linux.Errno;
import dev.igvmtool.kernelstub.fault.LinuxError;
import java.util.ArrayList;
import java.util.List;

/**
 * The first stack of a program: argument count at RSP, pointers to arguments and to variables, each list ended by 0, the
 * auxiliary vector, then the texts.
 *
 * @param rsp stack pointer, a multiple of 16
 * @param content from {@code rsp} up to the top of the stack
 */
public record FirstStack(long rsp, Bytes content) {
    /** Bytes that all of it may take: a quarter of the stack. */
    private static final int MAX_BYTES = 32 * 1024;

    private static final int RANDOM_BYTES = 16;
    private static final int PLATFORM_BYTES = 16;

    /** One pair of the auxiliary vector. */
    public record Auxiliary(long type, long value) {}

    /**
     * Builds the stack.
     *
     * @param top first address past the stack, a multiple of 16
     * @param path of the program
     * @param random 16 random bytes
     * @param auxiliary what the program's image adds to the auxiliary vector
     */
    public static FirstStack build(
            long top,
            String path,
            List<Bytes> arguments,
            List<Bytes> environment,
            Bytes random,
            List<Auxiliary> auxiliary) {
        if (random.size() != RANDOM_BYTES) {
            throw new IllegalArgumentException("a first stack wants 16 random bytes, not " + random.size());
        }
        ByteWriter texts = new ByteWriter();
        List<Long> argumentOffsets = addTexts(texts, arguments);
        List<Long> environmentOffsets = addTexts(texts, environment);
        long pathOffset = texts.size();
        texts.bytes(Bytes.utf8(path)).u8(0).zeros(8).alignTo(16);
        long textStart = top - texts.size();
        long platformStart = textStart - PLATFORM_BYTES;
        long randomStart = platformStart - RANDOM_BYTES;

        List<Auxiliary> vector = new ArrayList<>(auxiliary);
        vector.add(new Auxiliary(AuxVector.AT_RANDOM, randomStart));
        vector.add(new Auxiliary(AuxVector.AT_EXECFN, textStart + pathOffset));
        vector.add(new Auxiliary(AuxVector.AT_PLATFORM, platformStart));
        vector.add(new Auxiliary(AuxVector.AT_NULL, 0));
        long words = 1 + arguments.size() + 1 + environment.size() + 1 + vector.size() * 2L;
        long rsp = randomStart - words * Long.BYTES & -16L;
        if (top - rsp > MAX_BYTES) {
            throw new LinuxError(Errno.E2BIG, path);
        }

        ByteWriter stack = new ByteWriter().u64(arguments.size());
        argumentOffsets.forEach(offset -> stack.u64(textStart + offset));
        stack.u64(0);
        environmentOffsets.forEach(offset -> stack.u64(textStart + offset));
        stack.u64(0);
        vector.forEach(pair -> stack.u64(pair.type()).u64(pair.value()));
        stack.zeros((int) (randomStart - rsp - stack.size()));
        stack.bytes(random).bytes(Bytes.utf8("x86_64").paddedTo(PLATFORM_BYTES)).bytes(texts.toBytes());
        return new FirstStack(rsp, stack.toBytes());
    }

    private static List<Long> addTexts(ByteWriter texts, List<Bytes> added) {
        List<Long> offsets = new ArrayList<>();
        for (Bytes text : added) {
            offsets.add((long) texts.size());
            texts.bytes(text).u8(0);
        }
        return offsets;
    }
}
