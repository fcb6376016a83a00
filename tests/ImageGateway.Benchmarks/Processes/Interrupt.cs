using System.Runtime.InteropServices;

namespace ImageGateway.Benchmarks.Processes;

/// <summary>Turns Ctrl-C, SIGTERM and SIGHUP into a cancelled token, so that children are ended on the way out.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations;

    public Interrupt() =>
        registrations = new List<PosixSignal> { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }
            .ConvertAll(signal => PosixSignalRegistration.Create(signal, Cancel));

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        registrations.ForEach(registration => registration.Dispose());
        source.Dispose();
    }

    private void Cancel(PosixSignalContext context)
    {
        context.Cancel = true;
        source.Cancel();
    }
}
