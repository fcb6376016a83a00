using System.Diagnostics;
using System.Net.Sockets;

namespace ImageGateway.Benchmarks.Load;

/// <summary>
/// N callers, each on a thread of its own with a blocking socket: a request then costs the generator one send and as
/// few receives as there are pieces, where asynchronous sockets add an epoll wake-up and a hop to the thread pool.
/// </summary>
internal sealed class ClosedLoop(IReadOnlyList<LoadRequest> requests, int port, int callers) : IDisposable
{
    private readonly ManualResetEventSlim gate = new();
    private long deadline;
    private Exception? failure;

    /// <summary>Connects all callers, then starts them together and lets each finish the request it is in at the end.</summary>
    /// <param name="started">Called when all are connected, just before the first request.</param>
    /// <exception cref="LoadException">A request failed.</exception>
    public LoadResult Run(TimeSpan duration, Action started, CancellationToken cancellationToken)
    {
        var connected = new List<Caller>(callers);
        try
        {
            for (var i = 0; i < callers; i++)
                connected.Add(new Caller(requests, port, first: i * requests.Count / callers));
            return Run(connected, duration, started, cancellationToken);
        }
        catch (SocketException e)
        {
            throw new LoadException(e.Message, e);
        }
        finally
        {
            connected.ForEach(caller => caller.Dispose());
        }
    }

    public void Dispose() => gate.Dispose();

    private LoadResult Run(List<Caller> connected, TimeSpan duration, Action started, CancellationToken cancellationToken)
    {
        var threads = connected.ConvertAll(caller => Start(caller, cancellationToken));
        started();
        var begin = Stopwatch.GetTimestamp();
        deadline = begin + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        gate.Set();
        threads.ForEach(thread => thread.Join());
        var elapsed = Stopwatch.GetElapsedTime(begin);

        cancellationToken.ThrowIfCancellationRequested();
        if (failure is not null)
            throw new LoadException(failure.Message, failure);
        var latency = new Histogram();
        connected.ForEach(caller => latency.Add(caller.Latency));
        return new LoadResult(latency.Count, elapsed, latency);
    }

    private Thread Start(Caller caller, CancellationToken cancellationToken)
    {
        var thread = new Thread(() => Repeat(caller, cancellationToken), maxStackSize: 256 * 1024) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private void Repeat(Caller caller, CancellationToken cancellationToken)
    {
        gate.Wait(CancellationToken.None);
        try
        {
            while (Stopwatch.GetTimestamp() < deadline && Volatile.Read(ref failure) is null && !cancellationToken.IsCancellationRequested)
                caller.Call();
        }
        catch (Exception e) when (e is SocketException or InvalidDataException)
        {
            Interlocked.CompareExchange(ref failure, e, comparand: null);
        }
    }
}
