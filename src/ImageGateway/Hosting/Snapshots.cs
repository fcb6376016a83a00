namespace ImageGateway.Hosting;

/// <summary>The configuration in force. A request takes it once and keeps it until it ends; a reload replaces it.</summary>
internal sealed class Snapshots(GatewaySnapshot first)
{
    private volatile GatewaySnapshot _current = first;
    private volatile int _refused;

    public GatewaySnapshot Current
    {
        get => _current;
        set => (_current, _refused) = (value, 0);
    }

    /// <summary>Number of mistakes in a later, rejected configuration; 0: this one is the latest.</summary>
    public int Refused
    {
        get => _refused;
        set => _refused = value;
    }
}
