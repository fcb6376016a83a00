namespace ImageGateway.Simulator.Calls;

/// <summary>The calls a simulator received: the latest in full, counts and usage of all.</summary>
/// <param name="capacity">How many are kept in full.</param>
public sealed class CallLog(int capacity = 10_000)
{
    private readonly Lock _gate = new();
    private readonly Queue<OpenCall> _calls = new();
    private Sums _sums = new();

    /// <summary>Oldest first, those still running included.</summary>
    public IReadOnlyList<Call> Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls.Select(call => call.Current)];
        }
    }

    /// <summary>How many arrived since the start or the last <see cref="Clear"/>, also those no longer kept.</summary>
    public long Total => Usage.Calls;

    /// <summary>The usage billed for all of them.</summary>
    public UsageTotals Usage
    {
        get
        {
            lock (_gate)
                return _sums.Totals;
        }
    }

    /// <summary>Forgets calls and sums; calls still running no longer count.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _calls.Clear();
            _sums = new Sums();
        }
    }

    internal OpenCall Begin(Call call)
    {
        lock (_gate)
        {
            var open = new OpenCall(call, Bill(_sums));
            _calls.Enqueue(open);
            if (_calls.Count > capacity)
                _calls.Dequeue();
            _sums.Totals = _sums.Totals with { Calls = _sums.Totals.Calls + 1 };
            return open;
        }
    }

    // Bound to the sums of its time, so that a call that outlives a reset adds to discarded sums.
    private Action<TokenUsage?, int> Bill(Sums sums) => (usage, images) =>
    {
        lock (_gate)
        {
            var totals = sums.Totals;
            sums.Totals = totals with
            {
                Images = totals.Images + images,
                InputTextTokens = totals.InputTextTokens + (usage?.InputTextTokens ?? 0),
                InputImageTokens = totals.InputImageTokens + (usage?.InputImageTokens ?? 0),
                OutputTokens = totals.OutputTokens + (usage?.OutputTokens ?? 0),
            };
        }
    };

    private sealed class Sums
    {
        public UsageTotals Totals { get; set; } = new(0, 0, 0, 0, 0);
    }
}
