using System.Globalization;

namespace ImageGateway.Images;

/// <summary>An amount of money: whole nano-USD (1e-9 USD), so that sums are exact.</summary>
internal readonly record struct NanoUsd(long Value)
{
    /// <summary>Nano-USD in one USD.</summary>
    public const long PerUsd = 1_000_000_000;

    public static readonly NanoUsd Zero = new(0);

    /// <summary>The amount in USD, exact.</summary>
    public decimal Usd => (decimal)Value / PerUsd;

    /// <summary>Converts an amount in USD with at most nine decimals; false when it has more or does not fit.</summary>
    public static bool TryFromUsd(decimal usd, out NanoUsd amount)
    {
        amount = Zero;
        if (Math.Abs(usd) > (decimal)long.MaxValue / PerUsd || usd * PerUsd != Math.Floor(usd * PerUsd))
            return false;
        amount = new NanoUsd((long)(usd * PerUsd));
        return true;
    }

    public static NanoUsd operator +(NanoUsd a, NanoUsd b) => new(checked(a.Value + b.Value));

    public static NanoUsd operator *(NanoUsd amount, long count) => new(checked(amount.Value * count));

    /// <summary>A share or multiple of the amount, to the nearest nano-USD.</summary>
    public NanoUsd Times(decimal factor) => factor == 1 ? this : new((long)decimal.Round(Value * factor, MidpointRounding.AwayFromZero));

    /// <summary>The same, rounded up.</summary>
    public NanoUsd TimesAtMost(decimal factor) => factor == 1 ? this : new((long)decimal.Ceiling(Value * factor));

    public override string ToString() => Usd.ToString("0.#########", CultureInfo.InvariantCulture);
}
