/* Tollway's ledger: workers and pools that each believe they own the partition.

   A stopped process (SIGSTOP) is one that Spin does not schedule; it wakes up with the fold that
   it had. README.md says what is modelled and which rule each -DWITHOUT_... drops. */

#include "world.pml"
#include "promises.pml"
#include "fold.pml"
#include "forwarder.pml"
#include "claims.pml"
#include "writer.pml"
#include "processor.pml"
#include "answers.pml"
#include "worker.pml"
#include "pool.pml"
#include "trouble.pml"

init {
    atomic {
        byte name = 0;
        do
        :: name < WORKERS -> run worker(name); name++
        :: name >= WORKERS && name < PROCESSORS ->
            run pool(name);
            run acting(name, 0);
            run acting(name, 1);
            name++
        :: else -> break
        od;
        name = 0;
        other = 0;
        do
        :: other < PROCESSORS -> overtaken[other] = 1; other++
        :: else -> break
        od;
        run clock();
        run late_blocks();
        run end()
    }
}
