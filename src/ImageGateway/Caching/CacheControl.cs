namespace ImageGateway.Caching;

/// <summary>What a request's <c>Cache-Control</c> forbids; invalid directives forbid nothing.</summary>
internal readonly record struct CacheControl(bool MayRead, bool MayWrite)
{
    public static CacheControl Read(HttpRequest request)
    {
        var (mayRead, mayWrite) = (true, true);
        foreach (var header in request.Headers.CacheControl)
        {
            foreach (var range in header.AsSpan().Split(','))
            {
                var word = header.AsSpan()[range].Trim();
                if (word.Equals("no-cache", StringComparison.OrdinalIgnoreCase))
                    mayRead = false;
                else if (word.Equals("no-store", StringComparison.OrdinalIgnoreCase))
                    (mayRead, mayWrite) = (false, false);
            }
        }
        return new CacheControl(mayRead, mayWrite);
    }
}
