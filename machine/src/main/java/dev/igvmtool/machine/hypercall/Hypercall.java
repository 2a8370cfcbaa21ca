package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.hv.HypercallCode;
import java.util.OptionalInt;

/** One hypercall. */
interface Hypercall {
    /** Its code. */
    HypercallCode code();

    /** Form of its input and output. */
    Shape shape();

    /** What a partition needs to make it, bits of {@link dev.igvmtool.abi.hv.HvPrivilege}. */
    default long privileges() {
        return 0;
    }

    /** The VTL that answers the call in the hypervisor's place, since it asked for calls such as this one. */
    default OptionalInt answeredBy(HypercallFrame frame) {
        return OptionalInt.empty();
    }

    /**
     * Does the call on input that has the right form.
     *
     * @return a status of {@link dev.igvmtool.abi.hv.HvStatus}
     * @throws HypercallRefused in place of returning a status
     */
    int run(HypercallFrame frame);

    /**
     * Sizes in bytes.
     *
     * @param variable a variable header may stand between fixed input and list
     * @param input of a simple call, or what stands before the list of a rep call
     * @param element one element of the input list
     * @param output of a simple call
     * @param outputElement one element of the output list
     */
    record Shape(boolean rep, boolean variable, int input, int element, int output, int outputElement) {
        static Shape simple(int input, int output) {
            return new Shape(false, false, input, 0, output, 0);
        }

        static Shape rep(int input, int element, int outputElement) {
            return new Shape(true, false, input, element, 0, outputElement);
        }

        /** The same with a variable header. */
        Shape withVariableHeader() {
            return new Shape(rep, true, input, element, output, outputElement);
        }

        int inputBytes(int variableBytes, int reps) {
            return input + variableBytes + reps * element;
        }

        int outputBytes(int reps) {
            return output + reps * outputElement;
        }
    }
}
