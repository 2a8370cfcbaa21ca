package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HypercallCode;

/** One hypercall. */
interface Hypercall {
    /** Its code. */
    HypercallCode code();

    /** Form of its input and output. */
    Shape shape();

    /**
     * Does the call on input that has the right form.
     *
     * @return a status of {@link dev.igvmtool.abi.hv.HvStatus}
     */
    int run(HypercallFrame frame);

    /**
     * Sizes in bytes.
     *
     * @param input of a simple call, or what stands before the list of a rep call
     * @param element one element of the input list
     * @param output of a simple call
     * @param outputElement one element of the output list
     */
    record Shape(boolean rep, int input, int element, int output, int outputElement) {
        static Shape simple(int input, int output) {
            return new Shape(false, input, 0, output, 0);
        }

        static Shape rep(int input, int element, int outputElement) {
            return new Shape(true, input, element, 0, outputElement);
        }

        int inputBytes(int reps) {
            return input + reps * element;
        }

        int outputBytes(int reps) {
            return output + reps * outputElement;
        }
    }
}
