namespace ImageGateway.Routing;

/// <summary>
/// Smooth weighted round-robin: the targets of one round in an order that spreads each evenly (a weight of 3 to 1 gives a a b
/// a, not a a a b). The round is computed once, so that the turn depends only on the ticket.
/// </summary>
internal sealed class WeightedTurns
{
    private const int Most = 1000;

    private readonly int[] _round;

    /// <summary>The turns of targets with these weights, each above 0. Weights that would need too long a round are rounded.</summary>
    public WeightedTurns(IReadOnlyList<int> given)
    {
        var weights = Shortened(given);
        var divisor = weights.Aggregate(GreatestCommonDivisor);
        var total = weights.Sum() / divisor;
        var credit = new int[weights.Count];
        _round = new int[total];
        for (var turn = 0; turn < total; turn++)
        {
            var best = 0;
            for (var i = 0; i < credit.Length; i++)
            {
                credit[i] += weights[i] / divisor;
                best = credit[i] > credit[best] ? i : best;
            }
            credit[best] -= total;
            _round[turn] = best;
        }
    }

    /// <summary>Sorts <paramref name="order"/> by the targets' turns from this ticket on.</summary>
    public void Sort(Span<int> order, long ticket)
    {
        var filled = 0;
        for (var turn = 0; turn < _round.Length && filled < order.Length; turn++)
        {
            var next = _round[(int)((ulong)(ticket + turn) % (ulong)_round.Length)];
            var at = order[filled..].IndexOf(next);
            if (at < 0)
                continue;
            // The others keep their order behind it.
            order.Slice(filled, at).CopyTo(order.Slice(filled + 1, at));
            order[filled++] = next;
        }
    }

    private static IReadOnlyList<int> Shortened(IReadOnlyList<int> weights)
    {
        var most = weights.Max();
        return most / weights.Aggregate(GreatestCommonDivisor) <= Most ? weights : [.. weights.Select(weight => Math.Max(1, (int)Math.Round((double)weight * Most / most)))];
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
