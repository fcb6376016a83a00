namespace ImageGateway.Simulator.Faults;

/// <summary>The configured faults; a call gets the first that matches it.</summary>
public sealed class FaultRules
{
    private readonly Lock _gate = new();
    private readonly List<FaultRule> _rules = [];
    private readonly Queue<TaskCompletionSource> _hanging = [];

    /// <summary>The remaining rules, in order; <see cref="FaultRule.Times"/> is the remaining number.</summary>
    public IReadOnlyList<FaultRule> Pending
    {
        get
        {
            lock (_gate)
                return [.. _rules];
        }
    }

    /// <summary>Appends a rule.</summary>
    public void Add(FaultRule rule)
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _rules.Add(rule with { Fault = rule.Fault with { Released = released.Task } });
            if (rule.Fault.Hangs)
                _hanging.Enqueue(released);
        }
    }

    /// <summary>Removes all rules; hanging calls continue.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
            while (_hanging.Count > 0)
                Release();
        }
    }

    /// <summary>Releases the calls that hang by the oldest hanging rule, and those it would still match.</summary>
    /// <exception cref="InvalidOperationException">No rule makes calls hang.</exception>
    public void Release()
    {
        lock (_gate)
            _hanging.Dequeue().SetResult();
    }

    internal Fault? Take(Calls.Call call)
    {
        lock (_gate)
        {
            var index = _rules.FindIndex(rule => rule.Matches(call));
            if (index < 0)
                return null;
            var rule = _rules[index];
            if (rule.Times <= 1)
                _rules.RemoveAt(index);
            else if (rule.Times is { } times)
                _rules[index] = rule with { Times = times - 1 };
            return rule.Fault;
        }
    }
}
