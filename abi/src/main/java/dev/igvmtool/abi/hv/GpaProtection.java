package dev.igvmtool.abi.hv;

/** {@code HV_MAP_GPA_FLAGS}: what a lower VTL may do with a page. */
public final class GpaProtection {
    public static final int NONE = 0;
    public static final int READ = 1;
    public static final int WRITE = 2;
    public static final int KERNEL_EXECUTE = 4;
    public static final int USER_EXECUTE = 8;
    public static final int ALL = 0xf;

    /** A mask as four letters: r, w, k for kernel execution, u for user execution; a dash for each that is missing. */
    public static String letters(int mask) {
        char[] letters = {'r', 'w', 'k', 'u'};
        for (int i = 0; i < letters.length; i++) {
            if ((mask & 1 << i) == 0) {
                letters[i] = '-';
            }
        }
        return new String(letters);
    }

    private GpaProtection() {}
}
