using ImageGateway.Benchmarks.Load;

namespace ImageGateway.Chaos.Load;

/// <summary>What a gateway can do: as many answers a second as callers get who ask again at once.</summary>
internal static class Capacity
{
    /// <summary>Requests that the gateway runs at once, and as many that wait for their turn.</summary>
    public const int AtOnce = 16;

    /// <summary>Callers; as many as the gateway lets in.</summary>
    public const int Callers = 2 * AtOnce;

    /// <summary>Answers a second.</summary>
    public static double Measure(int port, IReadOnlyList<LoadRequest> requests, TimeSpan length)
    {
        var loop = new OpenLoop(port, requests, Callers);
        // Faster than anything answers: who gets an answer asks again at once.
        var outcomes = loop.Run((1_000_000, length));
        return outcomes.Count(outcome => outcome.Status == 200) / length.TotalSeconds;
    }
}
