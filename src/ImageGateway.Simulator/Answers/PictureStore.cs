namespace ImageGateway.Simulator.Answers;

/// <summary>The latest images returned as URLs, until newer ones evict them.</summary>
internal sealed class PictureStore
{
    private const int Capacity = 100;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _pictures = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public string Add(byte[] png)
    {
        var id = $"img-{Guid.NewGuid():N}";
        lock (_gate)
        {
            _pictures.Add(id, png);
            _order.Enqueue(id);
            if (_order.Count > Capacity)
                _pictures.Remove(_order.Dequeue());
        }

        return id;
    }

    public byte[]? Find(string id)
    {
        lock (_gate)
            return _pictures.GetValueOrDefault(id);
    }
}
