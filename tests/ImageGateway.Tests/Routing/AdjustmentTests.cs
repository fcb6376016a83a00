using ImageGateway.Routing;

namespace ImageGateway.Tests.Routing;

public sealed class AdjustmentTests
{
    [Fact]
    public void Header_keeps_its_own_signs_apart_from_what_is_told() =>
        Assert.Equal(
            "quality=hd->high,size=auto->,user=a%2Cb%3Dc->d-%3E%20e,model=gr%C3%B6%C3%9Fe->x",
            Adjustment.Header([new("quality", "hd", "high"), new("size", "auto", ""), new("user", "a,b=c", "d-> e"), new("model", "größe", "x")]));
}
