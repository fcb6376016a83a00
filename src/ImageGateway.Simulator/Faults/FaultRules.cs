namespace ImageGateway.Simulator.Faults;

/// <summary>The faults ordered from a simulator; a call gets the first that matches it.</summary>
public sealed class FaultRules
{
    private readonly Lock _gate = new();
    private readonly List<FaultRule> _rules = [];

    /// <summary>What is still to come, in order; <see cref="FaultRule.Times"/> is what is left of it.</summary>
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
        lock (_gate)
            _rules.Add(rule);
    }

    /// <summary>Removes all.</summary>
    public void Clear()
    {
        lock (_gate)
            _rules.Clear();
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
